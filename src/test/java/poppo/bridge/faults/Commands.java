package poppo.bridge.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Commands of the operating system. */
final class Commands {
    private Commands() {}

    /** What a command that ended, did and said. */
    record Ended(int exitCode, String said) {}

    static Ended tried(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return new Ended(process.waitFor(), said);
        } catch (IOException e) {
            return new Ended(-1, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Ended(-1, "interrupted");
        }
    }

    static String run(String... command) {
        Ended ended = tried(command);
        if (ended.exitCode() != 0) {
            throw new IllegalStateException(List.of(command) + " ended with " + ended.exitCode() + ": " + ended.said());
        }
        return ended.said();
    }

    /** Stops or continues a process, or ends it. */
    static void signal(String signal, long pid) {
        run("kill", "-" + signal, Long.toString(pid));
    }
}
