package poppo.bridge.cli;

/** The exit codes of spec/cli.md. */
final class ExitCode {
    /** Done and consistent. */
    static final int DONE = 0;
    /** Done, but inconsistent, or a gate or comparison failed. */
    static final int INCONSISTENT = 1;
    /** Usage or invalid input. */
    static final int USAGE = 2;
    /** Redis, the bridge or the directory can't be reached. */
    static final int OUT_OF_REACH = 3;
    /** Interrupted, by Ctrl-C for instance. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
