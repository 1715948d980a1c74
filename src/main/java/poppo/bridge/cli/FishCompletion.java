package poppo.bridge.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A script by which fish completes the commands, their options and values: a line for each, with what it does. */
final class FishCompletion {
    private final String name;
    private final StringBuilder script = new StringBuilder();

    /** @param name what the command is called in that shell */
    FishCompletion(String name) {
        this.name = name;
    }

    String of(CommandLine root) {
        script.append("# Completions of " + name + "; save as ~/.config/fish/completions/" + name + ".fish\n");
        script.append("complete -c " + name + " -f\n");
        describe(root, List.of());
        return script.toString();
    }

    private void describe(CommandLine command, List<String> path) {
        List<String> subcommands = List.copyOf(command.getSubcommands().keySet());
        String here = condition(path, subcommands);
        command.getSubcommands()
                .forEach((label, each) -> line(
                        here,
                        "-a " + quoted(label)
                                + description(
                                        each.getCommandSpec().usageMessage().description())));
        for (OptionSpec option : command.getCommandSpec().options()) {
            boolean toldBefore = !path.isEmpty() && (option.inherited() || option.usageHelp() || option.versionHelp());
            if (!option.hidden() && !toldBefore) {
                line(condition(path, List.of()), option(option));
            }
        }
        for (PositionalParamSpec parameter : command.getCommandSpec().positionalParameters()) {
            line(here, values(parameter).isEmpty() ? "-F" : values(parameter));
        }
        command.getSubcommands().forEach((label, each) -> {
            List<String> longer = new ArrayList<>(path);
            longer.add(label);
            describe(each, longer);
        });
    }

    private void line(String condition, String rest) {
        script.append("complete -c " + name + condition + " " + rest + "\n");
    }

    /** Where the words so far are those of {@code path}, and none of {@code further}. */
    private static String condition(List<String> path, List<String> further) {
        List<String> tests = new ArrayList<>();
        path.forEach(word -> tests.add("__fish_seen_subcommand_from " + word));
        if (!further.isEmpty()) {
            tests.add("not __fish_seen_subcommand_from " + String.join(" ", further));
        }
        return tests.isEmpty() ? "" : " -n " + quoted(String.join("; and ", tests));
    }

    private static String option(OptionSpec option) {
        StringBuilder text = new StringBuilder();
        for (String each : option.names()) {
            text.append(each.startsWith("--") ? "-l " + each.substring(2) : "-s " + each.substring(1))
                    .append(' ');
        }
        boolean takesValue = option.arity().max() > 0;
        if (takesValue) {
            text.append(values(option).isEmpty() ? "-r -F " : "-x " + values(option) + " ");
        }
        return text.toString().strip() + description(option.description());
    }

    private static String values(ArgSpec of) {
        List<String> values = new ArrayList<>();
        if (of.completionCandidates() != null) {
            of.completionCandidates().forEach(values::add);
        }
        return values.isEmpty() ? "" : "-a " + quoted(String.join(" ", values));
    }

    private static String description(String[] lines) {
        String text = lines.length == 0 ? "" : lines[0].replace("%n", " ").replace("%%", "%");
        return text.isEmpty() || text.contains("${") ? "" : " -d " + quoted(text);
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
