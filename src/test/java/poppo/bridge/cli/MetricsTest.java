package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.state.Json;
import poppo.bridge.web.Metric;

@Timeout(120)
class MetricsTest {
    private static final Pattern SERIES = Pattern.compile("^([a-z_0-9]+)(?:\\{(.*)})? \\S+$", Pattern.MULTILINE);
    private static final Pattern TYPE = Pattern.compile("^# TYPE (\\S+) (\\S+)$", Pattern.MULTILINE);
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");
    private static final Pattern NAME = Pattern.compile("\\b(?:poppo|jvm|process|system)_[a-z_0-9]+");

    @TempDir
    Path directory;

    @Test
    void aScrapeHasWhatIsDocumentedAndNothingElse() throws Exception {
        String scrape = scrapeOfABridgeThatHasSeenEverything();

        Set<String> documented = new TreeSet<>();
        Arrays.stream(Metric.values()).map(Metric::series).forEach(documented::addAll);
        Set<String> found = new TreeSet<>();
        SERIES.matcher(scrape).results().forEach(series -> {
            found.add(series.group(1));
            Metric metric = Metric.of(series.group(1)).orElseThrow();
            List<String> labels = series.group(2) == null
                    ? List.of()
                    : LABEL.matcher(series.group(2))
                            .results()
                            .map(label -> label.group(1))
                            .filter(label -> !label.equals("le"))
                            .toList();
            assertThat(labels).as(series.group()).containsExactlyInAnyOrderElementsOf(metric.labels());
        });
        assertThat(found).containsExactlyInAnyOrderElementsOf(documented);
        TYPE.matcher(scrape)
                .results()
                .filter(type -> !type.group(1).endsWith("_max"))
                .forEach(type -> assertThat(
                                Metric.of(type.group(1)).orElseThrow().kind().label())
                        .as(type.group())
                        .isEqualTo(type.group(2)));
        assertThat(scrape)
                .contains("poppo_redis_up{project=\"default\"} 1.0")
                .contains("poppo_gate_passed{gate=\"backfill\",project=\"default\"} 1.0")
                .contains("poppo_gate_passed{gate=\"mismatches\",project=\"default\"} 0.0")
                .contains("poppo_jobs_total{kind=\"diff\",outcome=\"done\",project=\"default\"} 1.0")
                .contains("poppo_audit_events_total{event=\"phase-change\",project=\"default\"} 1.0")
                .containsPattern("poppo_mismatch_signatures_total\\{cause=\"\\S+\",collection=\"issues\","
                        + "kind=\"missing-in-file\",pointer=\"/note\",project=\"default\"} 1.0")
                .contains("poppo_authority_changes_total{project=\"default\",to=\"redis\"} 0.0")
                .contains("poppo_breaker_transitions_total{project=\"default\",state=\"open\"}");
        Path file = Files.writeString(directory.resolve("scrape"), scrape);
        Promtool.passes(file, "check", "metrics");
    }

    private String scrapeOfABridgeThatHasSeenEverything() throws Exception {
        Path state = Files.createDirectory(directory.resolve("state"));
        try (EndToEndServe bridge = EndToEndServe.start(state)) {
            bridge.done("PATCH", "issues/1", "{'status':'queued'}");
            bridge.job("backfill");
            bridge.done("PUT", "migration/phase", "{'phase':'dual-write'}");
            plant(bridge.redisUri(), "issue:1", "note", "planted");
            bridge.done("PATCH", "issues/1", "{'status':'failed'}");
            bridge.job("diffs");
            bridge.call("PUT", "migration/phase", "{\"phase\":\"redis-read\",\"dryRun\":true}");
            collectGarbage(bridge.pid());
            // Streams are counted from the first one on.
            http(bridge, "/v1/projects/default/events", BodyHandlers.ofInputStream())
                    .close();
            return http(bridge, "/prometheus", BodyHandlers.ofString());
        }
    }

    private static <T> T http(EndToEndServe bridge, String path, BodyHandler<T> handler) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(bridge.url() + path)).build(), handler)
                .body();
    }

    private static void plant(String uri, String key, String field, String value) {
        RedisClient client = RedisClient.create(uri);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().hset(key, field, value);
        } finally {
            client.shutdown();
        }
    }

    /** Of its pauses nothing is told before there was one. */
    private static void collectGarbage(long pid) throws Exception {
        Process run = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        "GC.run")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(run.waitFor()).isZero();
    }

    @Test
    void theDashboardAndTheAlertsUseKnownMetricsOnlyAndPrometheusUnderstandsThem() throws Exception {
        List<String> expressions = new ArrayList<>();
        collect(Json.parse(CommandRun.of("metrics", "dashboard").out()), expressions);
        StringBuilder rules = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
        for (String each : expressions) {
            String plain = each.replace("$__rate_interval", "5m").replace("$project", ".*");
            rules.append("      - record: x\n        labels: {n: \"" + rules.length() + "\"}\n        expr: '"
                    + plain.replace("'", "''") + "'\n");
        }
        Path dashboard = Files.writeString(directory.resolve("dashboard.yml"), rules);
        Path alerts = Files.writeString(
                directory.resolve("alerts.yml"),
                CommandRun.of("metrics", "alerts").out());
        assertThat(Promtool.passes(dashboard, "check", "rules", dashboard.toString()))
                .contains(expressions.size() + " rules found");
        assertThat(Promtool.passes(alerts, "check", "rules", alerts.toString())).containsPattern("\\d+ rules found");

        Set<String> used = names(Files.readString(alerts));
        expressions.forEach(each -> used.addAll(names(each)));
        assertThat(used).hasSizeGreaterThan(30).allMatch(name -> Metric.of(name).isPresent());
        assertThat(Arrays.stream(Metric.values())
                        .filter(metric -> metric.label().startsWith("poppo_"))
                        .filter(metric -> metric.series().stream().noneMatch(used::contains)))
                .as("shown nowhere")
                .containsExactlyInAnyOrder(Metric.STANDBY);
    }

    private static Set<String> names(String expression) {
        return NAME.matcher(expression)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void collect(JsonNode node, List<String> expressions) {
        if (node.path("expr").isTextual()) {
            expressions.add(node.path("expr").asText());
        }
        node.forEach(each -> collect(each, expressions));
    }

    @Test
    void anAlertFiresWhenItIsTimeAndNotBefore() throws Exception {
        Path alerts = Files.writeString(
                directory.resolve("alerts.yml"),
                CommandRun.of("metrics", "alerts").out());
        Path test = directory.resolve("test.yml");
        Files.copy(Path.of("src/test/resources/alerts-test.yml"), test);
        assertThat(Promtool.passes(alerts, "test", "rules", test.toString())).contains("SUCCESS");
    }

    @Test
    void theReadmesTableIsTheGeneratedOne() throws Exception {
        String table = CommandRun.of("metrics", "list", "--markdown").out();
        assertThat(table.lines()).hasSize(Metric.values().length + 2);
        assertThat(Files.readString(Path.of("README.md"))).contains(table);
    }
}
