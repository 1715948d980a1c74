package poppo.bridge.web;

import poppo.bridge.state.BridgeException;

/** The first of two operations is done and the second is not. Repeating the request completes it. */
final class HalfDone extends BridgeException {
    private static final long serialVersionUID = 1L;

    HalfDone(String message, BridgeException cause) {
        super(message, cause);
    }
}
