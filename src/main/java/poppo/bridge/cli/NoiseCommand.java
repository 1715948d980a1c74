package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import poppo.bridge.state.Json;

/** What operators take for no difference, for a time. */
@Command(
        name = "noise",
        description = "List, add or remove rules by which a field may differ for a time; without one, list them.")
final class NoiseCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private final OfflineOptions offline = new OfflineOptions();

    NoiseCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (MigrationApi api = offline.open(session)) {
            show(session, api.noiseRules());
            return ExitCode.DONE;
        }
    }

    /** Says what was done; with {@code --json}, the rules there are now. */
    private static void changed(Session session, MigrationApi api, String done) {
        if (session.options().isJson()) {
            show(session, api.noiseRules());
        } else {
            session.terminal().line(Terminal.oneLine(done));
        }
    }

    private static void show(Session session, Answer rules) {
        Terminal terminal = session.terminal();
        if (session.options().isJson()) {
            terminal.document(rules.body());
            return;
        }
        for (JsonNode rule : rules.json()) {
            terminal.line(Terminal.oneLine(rule.path("name").asText() + ": "
                    + rule.path("collection").asText("all collections") + " "
                    + rule.path("pointer").asText() + ", until "
                    + rule.path("expires").asText() + ", owner "
                    + rule.path("owner").asText() + ": " + rule.path("reason").asText()));
        }
    }

    /** Adds one. */
    @Command(name = "add", description = "Let a field differ until a time; diffs count what the rule covers.")
    static final class Add implements Callable<Integer> {
        private final Session session;

        @Mixin
        private final OfflineOptions offline = new OfflineOptions();

        @Parameters(paramLabel = "NAME", description = "A name for the rule.")
        private String name = "";

        @Option(
                names = "--pointer",
                required = true,
                paramLabel = "GLOB",
                description = "The field, as in /metadata/*.")
        private String pointer = "";

        @Option(names = "--collection", paramLabel = "NAME", description = "Only in this collection.")
        private @Nullable String collection;

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why it does no harm.")
        private String reason = "";

        @Option(names = "--owner", required = true, paramLabel = "WHO", description = "Who answers for it.")
        private String owner = "";

        @Option(names = "--expires", required = true, paramLabel = "TIME", description = "As in 2026-01-31T00:00:00Z.")
        private String expires = "";

        Add(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            ObjectNode rule = Json.object()
                    .put("name", name)
                    .put("reason", reason)
                    .put("owner", owner)
                    .put("expires", expires)
                    .put("pointer", pointer);
            if (collection != null) {
                rule.put("collection", collection);
            }
            try (MigrationApi api = offline.open(session)) {
                api.addNoiseRule(rule);
                changed(session, api, "noise rule '" + name + "' applies from now on");
                return ExitCode.DONE;
            }
        }
    }

    /** Removes one. */
    @Command(name = "remove", description = "Remove a rule.")
    static final class Remove implements Callable<Integer> {
        private final Session session;

        @Mixin
        private final OfflineOptions offline = new OfflineOptions();

        @Parameters(paramLabel = "NAME", description = "The rule's name.")
        private String name = "";

        Remove(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            try (MigrationApi api = offline.open(session)) {
                api.removeNoiseRule(name);
                changed(session, api, "noise rule '" + name + "' is removed");
                return ExitCode.DONE;
            }
        }
    }
}
