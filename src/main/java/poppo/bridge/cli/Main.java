package poppo.bridge.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import poppo.bridge.migration.Repair;
import poppo.bridge.migration.ReportFormat;
import poppo.bridge.plan.Suggestion;
import poppo.bridge.replay.ReplayFormat;
import poppo.bridge.replay.Tempo;
import poppo.bridge.shadow.Phase;
import poppo.bridge.state.BridgeException;

/** The command line's entry: the commands there are, and what they have in common. */
@Command(
        name = "poppo-bridge",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        description = "Moves a project's state from files to Redis while everything keeps running.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done and consistent",
            "1:done, but inconsistent, or a gate or comparison failed",
            "2:usage or invalid input",
            "3:Redis, the bridge or the directory can't be reached",
            "130:interrupted"
        })
public final class Main implements Runnable {
    private final Terminal terminal;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final GlobalOptions options = new GlobalOptions();

    private Main(Terminal terminal) {
        this.terminal = terminal;
    }

    public static void main(String[] args) {
        Interrupts interrupts = new Interrupts();
        interrupts.listen();
        int exitCode = run(Terminal.system(), interrupts, Pace.SYSTEM, args);
        interrupts.finished();
        while (interrupts.isEnding()) {
            LockSupport.park();
        }
        System.exit(exitCode);
    }

    /** Runs one command line, and returns its exit code. */
    static int run(Terminal terminal, Interrupts interrupts, Pace pace, String... args) {
        return commandLine(terminal, interrupts, pace).execute(args);
    }

    /** All commands, ready to be executed once. */
    static CommandLine commandLine(Terminal terminal, Interrupts interrupts, Pace pace) {
        Main main = new Main(terminal);
        CommandLine commands = main.commands(new Session(terminal, main.options, interrupts, pace));
        Failures failures = new Failures(terminal, main.options);
        return commands.setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures)
                .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
                .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.hasColour() ? Ansi.ON : Ansi.OFF))
                .setExpandAtFiles(false)
                .registerConverter(Phase.class, choice(Phase::of, Phase.values()))
                .registerConverter(Repair.class, choice(Repair::of, Repair.values()))
                .registerConverter(ReportFormat.class, choice(ReportFormat::of, ReportFormat.values()))
                .registerConverter(ReplayFormat.class, choice(ReplayFormat::of, ReplayFormat.values()))
                .registerConverter(Tempo.class, choice(Tempo::of))
                .registerConverter(
                        CompletionCommand.Shell.class,
                        choice(CompletionCommand.Shell::of, CompletionCommand.Shell.values()));
    }

    private CommandLine commands(Session session) {
        return new CommandLine(this)
                .addSubcommand(new ServeCommand(session))
                .addSubcommand(new ConfigCommand(session))
                .addSubcommand(new DemoCommand(session))
                .addSubcommand(new StatusCommand(session))
                .addSubcommand(new DoctorCommand(session))
                .addSubcommand(new CommandLine(new PhaseCommand())
                        .addSubcommand(new PhaseShowCommand(session))
                        .addSubcommand(new PhaseSetCommand(session)))
                .addSubcommand(new BackfillCommand(session))
                .addSubcommand(new DiffCommand(session))
                .addSubcommand(new CommandLine(new NoiseCommand(session))
                        .addSubcommand(new NoiseCommand.Add(session))
                        .addSubcommand(new NoiseCommand.Remove(session)))
                .addSubcommand(new RollbackCommand(session))
                .addSubcommand(new ForeignWritesCommand(session))
                .addSubcommand(new CommandLine(new RecordCommand())
                        .addSubcommand(new RecordCommand.Start(session))
                        .addSubcommand(new RecordCommand.Stop(session))
                        .addSubcommand(new RecordCommand.Watch(session)))
                .addSubcommand(new ReplayCommand(session))
                .addSubcommand(new CommandLine(new MetricsCommand())
                        .addSubcommand(new MetricsCommand.All(session))
                        .addSubcommand(new MetricsCommand.Dashboard(session))
                        .addSubcommand(new MetricsCommand.Alerts(session)))
                .addSubcommand(new CompletionCommand(session))
                .addSubcommand(new ManCommand(session))
                .addSubcommand(new CommandLine(new PlanCommand())
                        .addSubcommand(new PlanListCommand(session))
                        .addSubcommand(new PlanShowCommand(session))
                        .addSubcommand(new PlanLintCommand(session))
                        .addSubcommand(new PlanRehearseCommand(session))
                        .addSubcommand(new PlanRunCommand(session))
                        .addSubcommand(new PlanStatusCommand(session))
                        .addSubcommand("pause", new PlanSteerCommand(session, "Stop the plan where it is."))
                        .addSubcommand("resume", new PlanSteerCommand(session, "Go on where the project stands."))
                        .addSubcommand("approve", new PlanSteerCommand(session, "Approve the stage that waits for it."))
                        .addSubcommand("abort", new PlanSteerCommand(session, "End the plan; the phase stays.")));
    }

    /** Reads a word, by the one who knows them; {@code known} are those there are, as they are written. */
    private static <T> ITypeConverter<T> choice(Function<String, T> of, Object... known) {
        return label -> {
            try {
                return of.apply(label);
            } catch (BridgeException.Invalid e) {
                String message = String.valueOf(e.getMessage());
                throw new TypeConversionException(message.substring(e.field().length() + 2)
                        + Suggestion.near(
                                        label,
                                        Arrays.stream(known)
                                                .map(Object::toString)
                                                .toList())
                                .map(question -> "; " + question)
                                .orElse(""));
            }
        };
    }

    /** Without a command: what there is. */
    @Override
    public void run() {
        Objects.requireNonNull(spec).commandLine().usage(terminal.out());
    }

    /** The version of the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            @Nullable String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"poppo-bridge " + (version == null ? "(not packaged)" : version)};
        }
    }
}
