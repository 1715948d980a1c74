package poppo.bridge.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The served document and the tables of spec/http-api.md name the same calls. */
class OpenApiTest {
    private static final String P = "/v1/projects/{p}/";

    static final List<String> WORKER = List.of(
            "POST " + P + "issues/{n}/checkout",
            "POST " + P + "issues/{n}/checkin",
            "PATCH " + P + "issues/{n}",
            "GET " + P + "issues/{n}",
            "GET " + P + "issues",
            "DELETE " + P + "issues/{n}",
            "POST " + P + "issues/{n}/heartbeat",
            "PUT " + P + "processes/{id}",
            "GET " + P + "processes/{id}",
            "PUT " + P + "processes/{id}/heartbeat",
            "GET " + P + "orphans",
            "POST " + P + "orphans/{n}/release",
            "PUT " + P + "processed-issues/{n}",
            "GET " + P + "processed-issues/{n}",
            "DELETE " + P + "processed-issues/{n}",
            "GET " + P + "processed-issues",
            "PUT " + P + "processed-comments/{n}/{commentId}",
            "GET " + P + "processed-comments/{n}/{commentId}",
            "GET " + P + "processed-comments/{n}",
            "GET " + P + "processed-comments",
            "PUT " + P + "running-tasks/{id}",
            "GET " + P + "running-tasks/{id}",
            "DELETE " + P + "running-tasks/{id}",
            "GET " + P + "running-tasks",
            "DELETE " + P + "running-tasks",
            "GET " + P + "pending-tasks",
            "PUT " + P + "pending-tasks",
            "POST " + P + "pending-tasks",
            "GET " + P + "last-run",
            "PUT " + P + "last-run",
            "GET " + P + "statistics",
            "GET " + P + "events");

    static final List<String> OPERATOR = List.of(
            "GET " + P + "migration",
            "PUT " + P + "migration/phase",
            "POST " + P + "migration/rollback",
            "POST " + P + "migration/backfill",
            "POST " + P + "migration/diffs",
            "GET " + P + "migration/jobs/{id}",
            "DELETE " + P + "migration/jobs/{id}",
            "GET " + P + "migration/diffs",
            "GET " + P + "migration/diffs/schema",
            "GET " + P + "migration/diffs/{id}",
            "GET " + P + "migration/noise-rules",
            "POST " + P + "migration/noise-rules",
            "DELETE " + P + "migration/noise-rules/{name}",
            "POST " + P + "migration/verify",
            "GET " + P + "migration/mismatches",
            "GET " + P + "migration/foreign-writes",
            "POST " + P + "migration/foreign-writes/reapply",
            "POST " + P + "migration/recordings",
            "GET " + P + "migration/recordings",
            "DELETE " + P + "migration/recordings/{id}",
            "GET " + P + "migration/journal",
            "GET " + P + "migration/live",
            "GET " + P + "migration/history",
            "POST " + P + "migration/plan",
            "GET " + P + "migration/plan",
            "POST " + P + "migration/plan/pause",
            "POST " + P + "migration/plan/resume",
            "POST " + P + "migration/plan/abort",
            "POST " + P + "migration/plan/approve",
            "GET " + P + "migration/plans",
            "POST " + P + "migration/plans/check");

    private static final List<String> OTHERS = List.of(
            "GET /health/liveness",
            "GET /health/readiness",
            "GET /prometheus",
            "GET /swagger/poppo-bridge.yml",
            "GET /v1/projects",
            "GET /",
            "GET /page/{file}");

    @Test
    void theDocumentAndTheContractNameTheSameCalls() {
        try (Bridge bridge = new Bridge()) {
            Map<String, Object> document =
                    new Yaml().load(bridge.get("/swagger/poppo-bridge.yml").text());
            Set<String> documented = new TreeSet<>();
            paths(document)
                    .forEach((path, methods) -> methods.keySet()
                            .forEach(method -> documented.add(method.toUpperCase(Locale.ROOT) + " " + path)));
            Set<String> promised = new TreeSet<>(WORKER);
            promised.addAll(OPERATOR);
            promised.addAll(OTHERS);
            assertThat(documented).isEqualTo(promised);
        }
    }

    @Test
    void everyCallIsRouted() {
        try (Bridge bridge = new Bridge()) {
            for (String call : WORKER) {
                if (call.endsWith("events")) {
                    continue;
                }
                String[] parts = call.split(" ");
                String path =
                        parts[1].replace("{p}", "default").replace("{n}", "1").replaceAll("\\{.*?}", "x");
                int status = bridge.call(parts[0], path, parts[0].startsWith("P") ? "{}" : null)
                        .status();
                assertThat(status).as(call).isIn(200, 202, 204, 400, 404).isNotEqualTo(405);
            }
        }
    }

    @Test
    void everyCallDocumentsItsAnswersAndOperationIdsAreDistinct() {
        try (Bridge bridge = new Bridge()) {
            Map<String, Object> document =
                    new Yaml().load(bridge.get("/swagger/poppo-bridge.yml").text());
            Set<Object> ids = new TreeSet<>();
            paths(document)
                    .forEach((path, methods) -> methods.forEach((method, operation) -> {
                        assertThat(operation).as(method + path).containsKeys("summary", "responses", "operationId");
                        assertThat(ids.add(operation.get("operationId")))
                                .as(path)
                                .isTrue();
                        assertThat(operation.toString()).as(path).doesNotContain("*/*", "format=byte");
                    }));
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Map<String, Object>>> paths(Map<String, Object> document) {
        return (Map<String, Map<String, Map<String, Object>>>) document.get("paths");
    }
}
