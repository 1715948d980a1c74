package poppo.bridge.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** All commands as one page in the language of man(7). What every command takes is told once. */
final class ManPage {
    private final StringBuilder page = new StringBuilder();

    String of(CommandLine root) {
        CommandSpec spec = root.getCommandSpec();
        UsageMessageSpec usage = spec.usageMessage();
        page.append(".TH POPPO\\-BRIDGE 1\n.SH NAME\n");
        page.append(text(spec.name()) + " \\- " + text(String.join(" ", usage.description())) + "\n");
        page.append(".SH SYNOPSIS\n.B " + text(spec.name()) + "\nCOMMAND [OPTION...]\n");
        page.append(".SH COMMANDS\n");
        root.getSubcommands().values().forEach(this::command);
        page.append(".SH OPTIONS OF EVERY COMMAND\n");
        spec.options().forEach(this::option);
        page.append(".SH EXIT STATUS\n");
        usage.exitCodeList().forEach((code, meaning) -> entry(text(code), text(meaning)));
        page.append(".SH ENVIRONMENT\n");
        entry("NO_COLOR", "Without colour, if it is set.");
        entry("POPPO_LOG_LEVEL", "How much is logged to standard error: ERROR, WARN, INFO (the default), DEBUG.");
        entry("POPPO_LOG_FORMAT", "\\&'text' (the default) or 'json'.");
        entry("BRIDGE_*", "Settings of 'serve'; 'config' lists them.");
        return page.toString();
    }

    private void command(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        page.append(
                ".SS " + text(spec.qualifiedName().substring(spec.root().name().length() + 1)) + "\n");
        for (String line : spec.usageMessage().description()) {
            page.append(text(line) + "\n.PP\n");
        }
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            entry(text(parameter.paramLabel()), described(parameter.description()));
        }
        spec.options().stream()
                .filter(each -> !each.inherited() && !each.usageHelp() && !each.versionHelp())
                .forEach(this::option);
        command.getSubcommands().values().forEach(this::command);
    }

    private void option(OptionSpec option) {
        String value = option.arity().max() > 0 ? " \\fI" + text(option.paramLabel()) + "\\fR" : "";
        entry("\\fB" + text(String.join(", ", option.names())) + "\\fR" + value, described(option.description()));
    }

    private void entry(String what, String meaning) {
        page.append(".TP\n" + what + "\n" + meaning + "\n");
    }

    private static String described(String[] description) {
        return text(String.join(" ", List.of(description)));
    }

    /** Resolves picocli's own signs, and keeps man from reading any of its own in a text. */
    private static String text(String written) {
        String plain =
                Ansi.OFF.string(written.replace("%n", " ").replace("%%", "%")).strip();
        String quoted = plain.replace("\\", "\\e").replace("-", "\\-").replace("\n", " ");
        return quoted.startsWith(".") || quoted.startsWith("'") ? "\\&" + quoted : quoted;
    }
}
