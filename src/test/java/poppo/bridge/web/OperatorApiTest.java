package poppo.bridge.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import poppo.bridge.state.RecordKey;
import poppo.bridge.web.Bridge.Reply;

@Timeout(60)
class OperatorApiTest {
    private static final String O = Bridge.OPERATOR;
    private Bridge bridge;

    @BeforeEach
    void start() {
        bridge = new Bridge();
    }

    @AfterEach
    void stop() {
        bridge.close();
    }

    /** Asks again and again, each time over the network, until the job has ended. */
    private Reply ended(Reply started) {
        assertThat(started.status()).as(started.text()).isEqualTo(202);
        for (int i = 0; i < 1000; i++) {
            Reply job = bridge.get(started.header("Location"));
            if (!job.json().path("state").asText().equals("running")) {
                return job;
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("the job does not end");
    }

    @Test
    void theResourceHasTheFieldsOfTheContract() {
        assertThat(bridge.get(O).json().fieldNames())
                .toIterable()
                .contains(
                        "phase",
                        "authority",
                        "epoch",
                        "readPercent",
                        "writePercent",
                        "breaker",
                        "dirtyRecords",
                        "unknownOutcomes",
                        "mirrorLagMillis",
                        "mismatches",
                        "foreignWrites");
    }

    @Test
    void aPhaseChangeIsRefusedWithItsGatesAndADryRunOnlyJudges() {
        Reply refused = bridge.put(O + "/phase", "{\"phase\":\"dual-write\"}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("gate-failed");
        assertThat(refused.json().path("gates").findValuesAsText("name")).contains("backfill");
        Reply judged = bridge.put(O + "/phase", "{\"phase\":\"dual-write\",\"dryRun\":true}");
        assertThat(judged.status()).isEqualTo(200);
        assertThat(judged.text()).contains("\"dryRun\":true", "\"passed\":false");
        assertThat(bridge.get(O).json().path("phase").asText()).isEqualTo("file");
    }

    @Test
    void theWholeWayUpAndBack() {
        bridge.post(Bridge.WORKER + "issues/1/checkout", "{\"processId\":\"p\"}");
        assertThat(ended(bridge.call("POST", O + "/backfill", null)).text()).contains("\"state\":\"done\"");
        Reply up = bridge.put(O + "/phase", "{\"phase\":\"dual-write\",\"reason\":\"it is time\"}");
        assertThat(up.status()).as(up.text()).isEqualTo(200);
        assertThat(up.text()).contains("\"from\":\"file\",\"to\":\"dual-write\"", "pauseMillis");
        assertThat(bridge.get(O).header("X-Bridge-Phase")).isEqualTo("dual-write");
        Reply back = bridge.post(O + "/rollback", "{\"reason\":\"enough\"}");
        assertThat(back.status()).as(back.text()).isEqualTo(200);
        assertThat(bridge.get(O).json().path("phase").asText()).isEqualTo("file");
        Reply journal = bridge.get(O + "/journal?limit=1000");
        assertThat(journal.json().path("next").isNull()).isTrue();
        assertThat(journal.text()).contains("\"why\":\"it is time\"", "\"who\":\"operator\"", "\"why\":\"enough\"");
        Reply first = bridge.get(O + "/journal?limit=1");
        assertThat(first.json().path("entries").size()).isEqualTo(1);
        long next = first.json().path("next").asLong();
        assertThat(bridge.get(O + "/journal?after=" + next)
                        .json()
                        .path("entries")
                        .get(0)
                        .path("number")
                        .asLong())
                .isEqualTo(next + 1);
    }

    @Test
    void aBackfillTakesADryRunAndARate() {
        ended(bridge.post(O + "/backfill", "{}"));
        bridge.post(Bridge.WORKER + "issues/1/checkout", "{\"processId\":\"p\"}");

        Reply dry = ended(bridge.post(O + "/backfill", "{\"dryRun\":true}"));
        assertThat(dry.json().at("/result/dryRun").asBoolean()).as(dry.text()).isTrue();
        assertThat(dry.json().at("/result/copied").asLong()).isEqualTo(1);
        assertThat(bridge.redis.read(RecordKey.issue(1)).image()).isNull();

        Reply limited = ended(bridge.post(O + "/backfill", "{\"dryRun\":false,\"rate\":100000}"));
        assertThat(limited.json().path("result").has("dryRun")).isFalse();
        assertThat(limited.json().at("/result/copied").asLong()).isEqualTo(1);
        assertThat(bridge.redis.read(RecordKey.issue(1)).image()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"rate|-1", "rate|1.5", "rate|\"fast\"", "rate|9007199254740992", "dryRun|1", "dryRun|\"yes\""})
    void aBackfillThatCantBeMeantIsRefusedWithItsField(String field, String value) {
        Reply refused = bridge.post(O + "/backfill", "{\"" + field + "\":" + value + "}");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("invalid-request");
        assertThat(refused.json().path("field").asText()).isEqualTo(field);
    }

    @Test
    void aDiffReportIsReadInTheFormThatAcceptAsksFor() {
        ended(bridge.call("POST", O + "/backfill", null));
        Reply job = ended(bridge.post(O + "/diffs", "{\"repair\":\"none\"}"));
        String report = O + "/diffs/" + job.json().path("result").path("id").asText();
        assertThat(bridge.get(report).json().path("verdict").asText()).isEqualTo("consistent");
        assertThat(bridge.get(report, "Accept", "text/html").text()).startsWith("<!doctype html>");
        assertThat(bridge.get(report, "Accept", "text/markdown").text()).startsWith("###");
        assertThat(bridge.get(report, "Accept", "text/markdown").header("Content-Type"))
                .startsWith("text/markdown");
        assertThat(bridge.get(report, "Accept", "text/html;q=0.5, application/json")
                        .json()
                        .has("verdict"))
                .isTrue();
        assertThat(bridge.get(report, "Accept", "image/png").status()).isEqualTo(406);
        assertThat(bridge.get(report, "Accept", "image/png").code()).isEqualTo("not-acceptable");
        assertThat(bridge.get(O + "/diffs/none").code()).isEqualTo("not-found");
    }

    @Test
    void reportsAreListedAndTheirSchemaIsServed() {
        ended(bridge.call("POST", O + "/backfill", null));
        assertThat(bridge.get(O + "/diffs").text()).isEqualTo("[]");
        Reply job = ended(bridge.post(O + "/diffs", "{}"));
        ended(bridge.post(O + "/diffs", "{\"repair\":\"authority\",\"dryRun\":true}"));
        String id = job.json().path("result").path("id").asText();
        assertThat(bridge.get(O + "/diffs").json().path(0).path("id").asText()).isEqualTo(id);
        assertThat(bridge.get(O + "/diffs").json())
                .as("a dry run keeps nothing")
                .hasSize(1);
        assertThat(bridge.get(O + "/diffs/schema").json().path("$id").asText())
                .isEqualTo("urn:poppo-bridge:diff-report");
        assertThat(bridge.get(O + "/diffs/" + id, "Accept", "text/html").header("Content-Security-Policy"))
                .contains("script-src 'sha256-");
        Reply refused = bridge.post(O + "/diffs", "{\"resume\":true}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("nothing-to-resume");
    }

    @Test
    void noiseRulesAreAddedListedAndRemoved() {
        String rule = "{\"name\":\"odd\",\"reason\":\"r\",\"owner\":\"ann\",\"expires\":\"2100-01-01T00:00:00.000Z\","
                + "\"collection\":\"issues\",\"pointer\":\"/odd\"}";
        Reply added = bridge.post(O + "/noise-rules", rule);
        assertThat(added.status()).isEqualTo(201);
        assertThat(added.text()).isEqualTo(rule);
        assertThat(bridge.get(O + "/noise-rules").text()).isEqualTo("[" + rule + "]");
        assertThat(bridge.post(O + "/noise-rules", rule).code()).isEqualTo("noise-rule-exists");
        Reply wrong = bridge.post(O + "/noise-rules", rule.replace("\"/odd\"", "\"/**\""));
        assertThat(wrong.code()).isEqualTo("invalid-request");
        assertThat(wrong.json().path("field").asText()).isEqualTo("pointer");
        assertThat(bridge.post(O + "/noise-rules", rule.replace("issues", "isues"))
                        .json()
                        .path("field")
                        .asText())
                .isEqualTo("collection");
        assertThat(bridge.delete(O + "/noise-rules/odd").status()).isEqualTo(204);
        assertThat(bridge.delete(O + "/noise-rules/odd").code()).isEqualTo("not-found");
    }

    @Test
    void jobsAreFoundAndCancelled() {
        Reply job = ended(bridge.call("POST", O + "/diffs", null));
        String id = job.json().path("id").asText();
        assertThat(bridge.delete(O + "/jobs/" + id).status()).isEqualTo(200);
        assertThat(bridge.get(O + "/jobs/none").status()).isEqualTo(404);
        assertThat(bridge.delete(O + "/jobs/none").status()).isEqualTo(404);
    }

    @Test
    void verifyListsWhatTheDoctorFound() {
        assertThat(bridge.call("POST", O + "/verify", null).text())
                .isEqualTo(
                        "{\"passed\":true,\"findings\":[{\"check\":\"test\",\"level\":\"ok\",\"found\":\"always well\","
                                + "\"fix\":\"\"}]}");
    }

    @Test
    void healthAndMetricsAndPage() {
        assertThat(bridge.get("/health/liveness").text()).isEqualTo("{\"status\":\"UP\"}");
        assertThat(bridge.get("/health/readiness").text()).isEqualTo("{\"status\":\"UP\"}");
        bridge.call("PATCH", Bridge.WORKER + "issues/1", "{\"status\":\"x\"}");
        assertThat(bridge.get("/prometheus").text())
                .contains(
                        "poppo_store_calls_seconds_count{operation=\"update-status\",outcome=\"done\",project=\"default\","
                                + "store=\"file\"} 1",
                        "poppo_phase{phase=\"file\",project=\"default\"} 1.0",
                        "poppo_http_requests_seconds_count{method=\"PATCH\",route=\"/v1/projects/{p}/issues/{n}\","
                                + "status=\"200\"} 1");
        assertThat(bridge.get("/", "Accept", "text/html").text()).contains("<ol id=\"track\">");
    }

    @Test
    void readinessIsDownWhileNoProjectTakesWrites() {
        bridge.put(O + "/phase", "{\"phase\":\"redis-only\",\"force\":true}");
        assertThat(bridge.get("/health/readiness").status()).isEqualTo(200);
        bridge.redis.flushAll();
        Reply refused = bridge.call("PATCH", Bridge.WORKER + "issues/1", "{\"status\":\"x\"}");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).isNotEmpty();
        assertThat(bridge.get("/health/readiness").status()).isEqualTo(503);
        assertThat(bridge.get("/health/liveness").status()).isEqualTo(200);
    }
}
