package poppo.bridge.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line's entry. */
@Command(
        name = "poppo-bridge",
        mixinStandardHelpOptions = true,
        version = "poppo-bridge 0.1.0",
        description = "Moves a project's state from files to Redis.",
        subcommands = {DemoCommand.class})
public final class Main implements Runnable {
    private Main() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
