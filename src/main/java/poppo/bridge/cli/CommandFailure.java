package poppo.bridge.cli;

import org.jspecify.annotations.Nullable;

/** Ends a command: an exit code, and one line for people that says what failed, on what, and what to do next. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final transient @Nullable Answer answer;

    private CommandFailure(int exitCode, String message, @Nullable Answer answer, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
        this.answer = answer;
    }

    static CommandFailure usage(String message) {
        return new CommandFailure(ExitCode.USAGE, message, null, null);
    }

    static CommandFailure outOfReach(String message, @Nullable Throwable cause) {
        return new CommandFailure(ExitCode.OUT_OF_REACH, message, null, cause);
    }

    static CommandFailure interrupted(String message) {
        return new CommandFailure(ExitCode.INTERRUPTED, message, null, null);
    }

    /** The user did not want it after all. */
    static CommandFailure declined(String message) {
        return new CommandFailure(ExitCode.INCONSISTENT, message, null, null);
    }

    /** @param answer the bridge's, which {@code --json} prints */
    static CommandFailure refused(int exitCode, String message, Answer answer) {
        return new CommandFailure(exitCode, message, answer, null);
    }

    int exitCode() {
        return exitCode;
    }

    /** What the bridge answered; null when it is not the bridge that refused. */
    @Nullable
    Answer answer() {
        return answer;
    }

    /** The short name of the refusal in spec/http-api.md; empty when there is none. */
    String code() {
        return answer == null ? "" : answer.json().path("code").asText();
    }
}
