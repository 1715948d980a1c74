package poppo.bridge.replay;

import java.util.List;
import poppo.bridge.state.BridgeException;

/** Something that was about to be written looks like a secret, in spite of the redaction; it was not written. */
public final class SecretFound extends BridgeException.Conflict {
    private static final long serialVersionUID = 1L;

    SecretFound(List<SecretScan.Finding> findings) {
        super(
                "secret-found",
                findings.get(0) + (findings.size() > 1 ? ", and " + (findings.size() - 1) + " more do" : "")
                        + "; it was not written: record again with a rule for that field");
    }
}
