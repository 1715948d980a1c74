package poppo.bridge.cli;

import java.util.Collection;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;
import poppo.bridge.plan.Suggestion;
import poppo.bridge.state.BridgeException;

/** Says in one line on standard error what failed, on what, and what to do next; and chooses the exit code. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private final Terminal terminal;
    private final GlobalOptions options;

    Failures(Terminal terminal, GlobalOptions options) {
        this.terminal = terminal;
        this.options = options;
    }

    /** What was typed can't be understood. */
    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String what = e instanceof UnmatchedArgumentException unmatched
                ? unmatched(unmatched, command)
                : decapitalized(String.valueOf(e.getMessage()));
        terminal.error(what + (what.endsWith("?") ? " See '" : "; see '")
                + command.getCommandSpec().qualifiedName() + " --help'");
        return ExitCode.USAGE;
    }

    private static String unmatched(UnmatchedArgumentException e, CommandLine command) {
        String first = e.getUnmatched().isEmpty() ? "" : e.getUnmatched().get(0);
        String other = command.getSubcommands().isEmpty() ? "argument" : "command";
        String kind = e.isUnknownOption() ? "option" : other;
        String where = command.getParent() == null
                ? ""
                : " of '" + command.getCommandSpec().qualifiedName() + "'";
        Collection<String> known = e.isUnknownOption()
                ? command.getCommandSpec().optionsMap().keySet()
                : command.getSubcommands().keySet();
        return "unknown " + kind + " '" + first + "'" + where
                + Suggestion.near(first, known).map(meant -> "; " + meant).orElse("");
    }

    private static String decapitalized(String message) {
        return message.isEmpty() ? message : message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
    }

    /** What was typed could not be done. */
    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        if (terminal.isDebugging()) {
            terminal.stackTrace(e);
        }
        if (e instanceof ParameterException usage) {
            return handleParseException(usage, new String[0]);
        }
        if (e instanceof CommandFailure failure) {
            return failed(failure);
        }
        if (e instanceof BridgeException known) {
            terminal.error(String.valueOf(known.getMessage()));
            return exitCode(known);
        }
        terminal.error(
                "unexpected " + e + ": this is a bug in poppo-bridge; run the command again with POPPO_DEBUG=1 for"
                        + " the stack trace, and report it");
        return ExitCode.INCONSISTENT;
    }

    private int failed(CommandFailure failure) {
        Answer answer = failure.answer();
        if (options.isJson() && answer != null) {
            terminal.document(answer.body());
        }
        terminal.error(String.valueOf(failure.getMessage()));
        return failure.exitCode();
    }

    static int exitCode(BridgeException e) {
        if (e instanceof BridgeException.Unavailable) {
            return ExitCode.OUT_OF_REACH;
        }
        return e instanceof BridgeException.Conflict ? ExitCode.INCONSISTENT : ExitCode.USAGE;
    }
}
