package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiffCommandTest {
    private static final String REPORT = """
            {"id":"job-1","time":"2026-01-02T03:04:05.006Z","phase":"dual-write","epoch":2,"tookMillis":12,\
            "verdict":"inconsistent","collections":{"issues":{"compared":10,"equal":9,"missingInRedis":0,\
            "missingInFile":0,"different":1,"noise":0},"last-run":{"compared":1,"equal":1,"missingInRedis":0,\
            "missingInFile":0,"different":0,"noise":0}},"differences":[{"collection":"issues","record":"42",\
            "pointer":"/status","kind":"different","file":"processing","redis":"completed","cause":"missed",\
            "repaired":false}],"noiseRules":[],"notCompared":["heartbeats"]}""";

    private final StubBridge bridge = new StubBridge();

    @TempDir
    Path directory;

    @AfterEach
    void stop() {
        bridge.close();
    }

    private void answers(String verdict, long differences) {
        bridge.on("POST /diffs", 202, BackfillCommandTest.job("diff", "running", 0, ""));
        bridge.on(
                "GET /jobs/job-1",
                200,
                BackfillCommandTest.job(
                        "diff",
                        "done",
                        11,
                        ",\"result\":{\"id\":\"job-1\",\"verdict\":\"" + verdict + "\",\"compared\":11,\"differences\":"
                                + differences + "}"));
        bridge.on("GET /diffs/job-1", 200, REPORT);
    }

    private CommandRun.Outcome run(String... args) {
        String[] all = java.util.Arrays.copyOf(args, args.length + 2);
        all[args.length] = "--url";
        all[args.length + 1] = bridge.url();
        return CommandRun.of(all);
    }

    @Test
    void aDifferenceIsTwoAlignedLines() {
        answers("inconsistent", 1);
        CommandRun.Outcome outcome = run("diff");
        assertThat(outcome.out())
                .startsWith("Diff job-1: inconsistent, 11 records compared, 1 differ (phase dual-write, epoch 2,"
                        + " 2026-01-02T03:04:05.006Z, 12 ms)\n")
                .contains("issues/42 /status\n  file : \"processing\"\n  redis: \"completed\"\n  cause: missed\n")
                .contains("not compared: heartbeats");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(bridge.bodies().get(0)).isEqualTo("{\"repair\":\"none\"}");
    }

    @Test
    void consistentIsExitCodeZero() {
        answers("consistent", 0);
        assertThat(run("diff", "--repair", "authority").exitCode()).isZero();
        assertThat(bridge.bodies().get(0)).isEqualTo("{\"repair\":\"authority\"}");
    }

    @Test
    void aReportOfWhatWasRepairedStaysConsistent() {
        bridge.on("GET /diffs/job-1", 200, REPORT.replaceFirst("\"noise\":0}", "\"noise\":0,\"repaired\":1}"));
        answers("consistent", 1);
        CommandRun.Outcome outcome = run("diff", "--repair=file");
        assertThat(outcome.out()).startsWith("Diff job-1: consistent, 11 records compared, 1 differ");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void aDryRunAndAResumeAreAskedForAsSuch() {
        answers("consistent", 0);
        run("diff", "--repair", "file", "--dry-run");
        run("diff", "--resume");
        assertThat(bridge.bodies())
                .contains("{\"repair\":\"file\",\"dryRun\":true}", "{\"repair\":\"none\",\"resume\":true}");
    }

    @Test
    void whatContradictsItselfIsRefusedBeforeTheWork() {
        assertThat(run("diff", "--dry-run").err()).contains("add --repair");
        assertThat(run("diff", "--resume", "--repair", "file").err()).contains("leave --repair out");
        assertThat(run("diff", "--resume", "--repair", "file").exitCode()).isEqualTo(2);
        assertThat(bridge.calls()).isEmpty();
    }

    @Test
    void theReportsAreListedAndOneOfThemShown() {
        bridge.on(
                "GET /diffs",
                200,
                "[{\"id\":\"job-1\",\"time\":\"2026-01-02T03:04:05.006Z\",\"verdict\":\"inconsistent\",\"compared\":11,"
                        + "\"differing\":1}]");
        bridge.on("GET /diffs/job-1", 200, REPORT);
        assertThat(run("diff", "--list").out())
                .isEqualTo("2026-01-02T03:04:05.006Z  job-1  Diff inconsistent: 11 records compared, 1 differ\n");
        assertThat(run("diff", "--report", "job-1").out()).startsWith("Diff job-1: inconsistent");
        assertThat(run("diff", "--schema").out()).contains("urn:poppo-bridge:diff-report");
    }

    @Test
    void noiseRulesAreAddedListedAndRemoved() {
        String rule = "{\"name\":\"odd\",\"reason\":\"r\",\"owner\":\"ann\",\"expires\":\"2026-02-01T00:00:00Z\","
                + "\"pointer\":\"/odd\",\"collection\":\"issues\"}";
        bridge.on("POST /noise-rules", 201, rule);
        bridge.on("GET /noise-rules", 200, "[" + rule + "]");
        bridge.on("DELETE /noise-rules/odd", 204, "");
        String[] add = {"noise", "add", "odd", "--pointer", "/odd", "--reason", "r", "--owner", "ann", "--collection"};
        String[] all = java.util.Arrays.copyOf(add, add.length + 3);
        all[add.length] = "issues";
        all[add.length + 1] = "--expires";
        all[add.length + 2] = "2026-02-01T00:00:00Z";
        assertThat(run(all).out()).isEqualTo("noise rule 'odd' applies from now on\n");
        assertThat(bridge.bodies().get(0)).isEqualTo(rule);
        assertThat(run("noise").out()).isEqualTo("odd: issues /odd, until 2026-02-01T00:00:00Z, owner ann: r\n");
        assertThat(run("noise", "remove", "odd").exitCode()).isZero();
    }

    @Test
    void aVoidDiffProvesNothing() {
        answers("void", 0);
        assertThat(run("diff").exitCode()).isEqualTo(1);
    }

    @Test
    void jsonIsTheReport() {
        answers("inconsistent", 1);
        assertThat(run("diff", "--json").out()).isEqualTo(REPORT + "\n");
        assertThat(run("diff", "--format", "json").out()).isEqualTo(REPORT + "\n");
    }

    @Test
    void htmlAndMarkdownComeFromTheBridge() {
        answers("inconsistent", 1);
        run("diff", "--format", "html");
        run("diff", "--format", "markdown");
        assertThat(run("diff", "--format", "markdown").out()).isEqualTo(REPORT + "\n");
        assertThat(bridge.calls())
                .contains(
                        "GET /v1/projects/default/migration/diffs/job-1 text/html",
                        "GET /v1/projects/default/migration/diffs/job-1 text/markdown");
    }

    @Test
    void junitGoesToAFile() throws IOException {
        answers("inconsistent", 1);
        Path out = directory.resolve("diff.xml");
        CommandRun.Outcome outcome = run("diff", "--format", "junit", "--out", out.toString());
        assertThat(outcome.out())
                .isEqualTo("Diff inconsistent: 11 records compared, 1 differ; the report is in " + out + "\n");
        assertThat(Files.readString(out))
                .contains("<testsuite")
                .contains("failures=\"1\"")
                .contains("issues/42 /status");
        assertThat(outcome.exitCode()).isEqualTo(1);
    }

    @Test
    void anOutputThatCannotBeWrittenStopsBeforeTheWork() {
        CommandRun.Outcome outcome =
                run("diff", "--out", directory.resolve("none/diff.html").toString());
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).hasLineCount(1).contains("there is no directory");
        assertThat(bridge.calls()).isEmpty();
    }

    @Test
    void jsonAndAnotherFormatContradictEachOther() {
        CommandRun.Outcome outcome = run("diff", "--json", "--format", "html");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("--json prints JSON, not html");
    }

    @Test
    void aReportThatIsNoneIsNamed() {
        bridge.on("GET /diffs/job-1", 200, "{\"id\":\"job-1\",\"time\":\"yesterday\"}");
        answers("consistent", 0);
        CommandRun.Outcome outcome = run("diff");
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).hasLineCount(1).contains("this is no diff report");
    }
}
