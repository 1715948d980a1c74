package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import poppo.bridge.state.Json;

/** What others did to the files, and the writes of ours that they erased. */
@Command(
        name = "foreign-writes",
        description = "Show what others wrote to the state files and which of the bridge's writes they erased;"
                + " --reapply writes those again.")
final class ForeignWritesCommand implements Callable<Integer> {
    private static final String ALL = "all";

    private final Session session;

    @Option(
            names = "--reapply",
            paramLabel = "RECORD",
            arity = "1..*",
            description =
                    "Write again what was erased, 'all' or records like issues/7; one that somebody has changed since"
                            + " is left alone.")
    private @Nullable List<String> records;

    ForeignWritesCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (BridgeClient bridge = session.options().client()) {
            return records == null ? show(bridge.foreignWrites()) : reapply(bridge, records);
        }
    }

    private int show(Answer answer) {
        if (session.options().isJson()) {
            session.terminal().document(answer.body());
            return ExitCode.DONE;
        }
        JsonNode json = answer.json();
        session.terminal()
                .line(Figures.count(json, "writes") + " writes of others since the start"
                        + (json.has("last")
                                ? ", the last at " + json.path("last").asText()
                                : "") + "; "
                        + Figures.count(json, "open") + " of the bridge's writes are erased and not settled.");
        Table table = new Table().head("erased record", "file", "noticed", "was", "is now");
        for (JsonNode each : json.path("erased")) {
            table.row(
                    Table.Cell.of(name(each)),
                    Table.Cell.of(each.path("file").asText("-")),
                    Table.Cell.of(each.path("noticed").asText("-")),
                    Table.Cell.of(brief(each.get("ours"))),
                    Table.Cell.of(brief(each.get("theirs"))));
        }
        if (!json.path("erased").isEmpty()) {
            table.print(session.terminal());
            session.terminal().line("Write them again with 'poppo-bridge foreign-writes --reapply all'.");
        }
        return ExitCode.DONE;
    }

    private static String name(JsonNode erased) {
        String collection = erased.path("collection").asText();
        String record = erased.path("record").asText();
        return collection.equals(record) ? record : collection + "/" + record;
    }

    /** Enough to know it by. */
    private static String brief(@Nullable JsonNode image) {
        if (image == null) {
            return "absent";
        }
        return image.path("status").isTextual()
                ? image.path("status").asText()
                        + (image.path("processId").isTextual()
                                ? " by " + image.path("processId").asText()
                                : "")
                : "present";
    }

    private int reapply(BridgeClient bridge, List<String> wanted) {
        ObjectNode request = Json.object();
        if (!wanted.equals(List.of(ALL))) {
            ArrayNode named = request.putArray("records");
            wanted.forEach(named::add);
        }
        Answer answer = bridge.reapply(request);
        JsonNode results = answer.json().path("records");
        if (session.options().isJson()) {
            session.terminal().document(answer.body());
        } else if (results.isEmpty()) {
            session.terminal().line("Nothing is erased.");
        } else {
            Table table = new Table().head("record", "result");
            results.forEach(each -> table.row(
                    each.path("record").asText("-"), each.path("result").asText("-")));
            table.print(session.terminal());
        }
        String left = StreamSupport.stream(results.spliterator(), false)
                .filter(each -> each.path("result").asText().equals("changed-since")
                        || each.path("result").asText().equals("not-erased"))
                .map(each -> each.path("record").asText())
                .collect(Collectors.joining(", "));
        return left.isEmpty() ? ExitCode.DONE : ExitCode.INCONSISTENT;
    }
}
