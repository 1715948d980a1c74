package poppo.bridge.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import poppo.bridge.state.Json;

/** Lists the settings of the configuration file; asks no bridge. */
@Command(
        name = "config",
        description = "List the settings of the configuration file, their environment variables and defaults.")
final class ConfigCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--markdown", description = "As the table in the README.")
    private boolean markdown;

    ConfigCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Terminal terminal = session.terminal();
        if (session.options().isJson()) {
            terminal.document(json());
        } else if (markdown) {
            terminal.document(markdown());
        } else {
            Table table = new Table().head("setting", "environment", "default", "meaning");
            for (Setting setting : Setting.values()) {
                table.row(
                        Table.Cell.of(setting.key()),
                        Table.Cell.of(setting.variable()),
                        Table.Cell.of(Objects.requireNonNullElse(setting.defaultValue(), "")),
                        Table.Cell.of(setting.meaning()));
            }
            table.print(terminal);
        }
        return ExitCode.DONE;
    }

    /** The table of the README. */
    static String markdown() {
        StringBuilder table = new StringBuilder("| setting | default | meaning |\n|---|---|---|\n");
        for (Setting setting : Setting.values()) {
            String value = setting.defaultValue();
            table.append("| `" + setting.key() + "`" + (setting.isPerProject() ? " ¹" : "") + " | "
                    + (value == null ? "" : "`" + value + "`") + " | " + setting.meaning() + " |\n");
        }
        return table.toString();
    }

    private static String json() {
        ArrayNode all = Json.array();
        for (Setting setting : Setting.values()) {
            ObjectNode each = Json.object();
            each.put("key", setting.key());
            each.put("variable", setting.variable());
            if (setting.defaultValue() != null) {
                each.put("default", setting.defaultValue());
            }
            each.put("perProject", setting.isPerProject());
            each.put("meaning", setting.meaning());
            all.add(each);
        }
        return Json.pretty(all);
    }
}
