package poppo.bridge.cli;

import java.time.Duration;
import java.util.function.Supplier;

/** Shows something, once or again and again until Ctrl-C. */
final class Watching {
    private static final Duration REFRESH = Duration.ofSeconds(1);

    private final Session session;

    Watching(Session session) {
        this.session = session;
    }

    /**
     * Shows it.
     *
     * @param again whether to go on until Ctrl-C
     * @param look draws what there is, or fails; one that fails the first time ends the command
     */
    int show(boolean again, Supplier<String> look) {
        if (again) {
            return watch(look);
        }
        session.terminal().document(look.get());
        return ExitCode.DONE;
    }

    private int watch(Supplier<String> look) {
        String text = look.get();
        Terminal terminal = session.terminal();
        terminal.clear();
        try {
            while (!terminal.isGone()) {
                terminal.screen(text);
                session.pace().pause(REFRESH);
                text = next(look, text);
            }
            return ExitCode.DONE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.INTERRUPTED;
        }
    }

    /** A bridge that goes away while it is watched may come back: that is what one watches for. */
    private String next(Supplier<String> look, String before) {
        try {
            return look.get();
        } catch (CommandFailure e) {
            if (session.options().isJson()) {
                session.terminal().error(String.valueOf(e.getMessage()));
                return "";
            }
            String body = before.split("\nNO ANSWER", 2)[0];
            return body + "\nNO ANSWER since the above: " + Terminal.oneLine(String.valueOf(e.getMessage())) + "\n";
        }
    }
}
