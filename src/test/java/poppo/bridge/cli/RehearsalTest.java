package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lettuce.core.RedisClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.migration.Chromium;
import poppo.bridge.migration.DiffReport;
import poppo.bridge.migration.ReportFormat;
import poppo.bridge.state.Json;

/** Whole plans on real stores, under load. The time-outs only end a run that hangs. */
@Timeout(300)
class RehearsalTest {
    private static final String PLANS = "migration-plans/";

    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** The standard plan as the demo runs it, to its approval. */
    private int demo(Rehearsal.Witness witness) throws Exception {
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        Session session = new Session(
                Terminal.of(stream, stream, Map.of(), 0), new GlobalOptions(), new Interrupts(), Pace.SYSTEM);
        PlanSource plan = PlanSource.require(session, Path.of(PLANS + "standard.yml"));
        try (DemoState state = new DemoState(null)) {
            Rehearsal.Shape shape = new Rehearsal.Shape(Duration.ofSeconds(1), 2, false);
            int exitCode = new Rehearsal(session, state, shape, new DemoLedger()).run(plan.text(), witness);
            copyReports(state.directory().resolve(".bridge/reports"));
            return exitCode;
        }
    }

    private void copyReports(Path from) throws IOException {
        try (Stream<Path> reports = Files.list(from)) {
            for (Path report : reports.toList()) {
                Files.copy(report, directory.resolve(report.getFileName()));
            }
        }
    }

    /** The report of the diff that ended the plan, as a page, in the browser; its picture stays in target/. */
    private void lookAtReport(String phase) throws Exception {
        Chromium browser = new Chromium(directory);
        DiffReport found = null;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".json")).toList()) {
                JsonNode json = Json.parse(Files.readAllBytes(file));
                found = json.path("verdict").asText().equals("inconsistent") ? DiffReport.of(json) : found;
            }
        }
        Path page = Files.writeString(directory.resolve("report.html"), ReportFormat.HTML.render(found));
        assertThat(browser.dom(page))
                .contains("<h1", "inconsistent", "issues", "planted-by-a-test", phase)
                .doesNotContain("class=\"filters\" hidden");
        Files.createDirectories(Path.of("target"));
        browser.screenshot(page, Path.of("target", "plan-report-" + phase + ".png"), 1200, 1400);
    }

    @Tag("nightly")
    @ParameterizedTest
    @ValueSource(strings = {"cautious", "single-evening", "standard"})
    void everyPlanShippedComesToItsEnd(String name) throws IOException {
        int before = left();
        CommandRun.Outcome outcome =
                CommandRun.of("plan", "rehearse", PLANS + name + ".yml", "--hold", "1", "--workers", "2");
        assertThat(outcome.out())
                .contains("rehearsal of plan '" + name + "'", "redis-write at 100 %", "The plan comes to its end")
                .endsWith(" acknowledged writes, 0 lost\n");
        assertThat(outcome.exitCode()).as(outcome.out()).isZero();
        assertThat(left()).isEqualTo(before);
    }

    private static int left() throws IOException {
        try (Stream<Path> entries = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return (int) entries.filter(each -> each.getFileName().toString().startsWith("poppo-bridge-demo"))
                    .count();
        }
    }

    @Test
    void thePlanTakesTheProjectToRedisWriteByItself() throws Exception {
        List<String> stages = new ArrayList<>();
        int exitCode = demo((entry, uri) -> {
            if (entry.path("event").asText().equals("plan-stage")) {
                stages.add(entry.path("details").path("target").asText());
            }
        });
        assertThat(exitCode).as(text()).isZero();
        assertThat(stages)
                .containsExactly(
                        "file",
                        "dual-write",
                        "redis-read at 10 %",
                        "redis-read at 50 %",
                        "redis-read at 100 %",
                        "redis-write at 10 %",
                        "redis-write at 100 %");
        assertThat(text()).contains("The plan waits for an approval before 'retire the files'");
    }

    /**
     * Another program changes a record in Redis that nobody works on. While files have authority, the way back leaves what
     * they say; once Redis has it, such a write is as good as any (spec/redis-layout.md) and is taken along.
     */
    @Test
    void aPlantedDivergenceRollsItBackByItselfAndIsNamed() throws Exception {
        rollsBack("all writes", "planted", "redis-write");
    }

    @Tag("nightly")
    @Test
    void soDoesOneInRedisRead() throws Exception {
        rollsBack("all reads", "status", "redis-read");
    }

    private void rollsBack(String stage, String field, String phase) throws Exception {
        List<String> events = new ArrayList<>();
        int exitCode = demo((entry, uri) -> {
            events.add(entry.path("event").asText());
            if (isHeld(entry, stage)) {
                plant(uri, field);
            }
        });
        assertThat(exitCode).as(text()).isEqualTo(1);
        assertThat(events).contains("plan-breached", "plan-rolled-back").doesNotContain("plan-waits", "plan-done");
        assertThat(text())
                .contains("The plan is rolled-back: stage '" + stage + "': diff ", "(phase " + phase)
                .contains("issues/34 /" + field + "\n", "  redis: \"planted-by-a-test\"")
                // The files hold all that was acknowledged, and what they held before.
                .doesNotContain("VIOLATED")
                .endsWith(" acknowledged writes, 0 lost\n");
        lookAtReport(phase);
    }

    private static boolean isHeld(JsonNode entry, String stage) {
        return entry.path("event").asText().equals("plan-holds")
                && entry.path("details").path("stage").asText().equals(stage);
    }

    private static void plant(String uri, String field) {
        RedisClient client = RedisClient.create(uri);
        try {
            client.connect().sync().hset("issue:34", field, "planted-by-a-test");
        } finally {
            client.shutdown();
        }
    }

    @Test
    void aFixtureIsCopiedAndLeftAsItIs() throws IOException {
        Path fixture = Files.createDirectory(directory.resolve("before"));
        Path file = Files.writeString(fixture.resolve("processed-issues.json"), "[3,1]");
        Path plan = Files.writeString(
                directory.resolve("p.yml"),
                "format: 1\nname: p\nstages: [{ name: a, phase: file, jobs: [backfill] }, { name: b, phase: dual-write }]\n");
        CommandRun.Outcome outcome =
                CommandRun.of("plan", "rehearse", plan.toString(), "--fixture", directory.toString(), "--workers", "1");
        assertThat(outcome.exitCode()).as(outcome.out()).isZero();
        assertThat(file).hasContent("[3,1]");
        assertThat(Files.list(fixture)).containsExactly(file);
    }
}
