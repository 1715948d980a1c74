package poppo.bridge.cli;

import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poppo.bridge.state.Json;
import poppo.bridge.state.Labels;

/** Prints what a shell needs to complete commands, options and their values. */
@Command(name = "completion", description = "Print a script that makes a shell complete what is typed.")
final class CompletionCommand implements Callable<Integer> {
    /** Those that can be told how. */
    enum Shell {
        BASH,
        ZSH,
        FISH;

        static Shell of(String label) {
            return Labels.find("shell", label, values(), Shell::label);
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        @Override
        public String toString() {
            return label();
        }
    }

    private final Session session;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.BASH;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What the command is called in that shell, as by an alias; default poppo-bridge.")
    private String name = "poppo-bridge";

    CompletionCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (!name.matches("[A-Za-z0-9_.-]+")) {
            throw CommandFailure.usage("--name '" + name + "' is no name of a command; give one like bridge");
        }
        CommandLine root = Objects.requireNonNull(spec).root().commandLine();
        // Picocli's script is for both: it turns zsh's support for bash's completions on.
        String script = shell == Shell.FISH ? new FishCompletion(name).of(root) : AutoComplete.bash(name, root);
        session.terminal()
                .document(
                        session.options().isJson()
                                ? Json.pretty(Json.object()
                                        .put("shell", shell.label())
                                        .put("script", script))
                                : script);
        return ExitCode.DONE;
    }
}
