package poppo.bridge.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import poppo.bridge.web.Bridge.Reply;

/** A plan over HTTP, on a whole bridge over stores in memory; its engine looks when the test says so. */
@Timeout(60)
class PlanApiTest {
    private static final String PLAN = Bridge.OPERATOR + "/plan";
    private static final String TEXT = """
            format: 1
            name: small
            stages:
              - { name: prepare, phase: file, jobs: [backfill] }
              - { name: both, phase: dual-write, hold: 1h }
              - { name: writes, phase: redis-write, approval: required }
            """;

    private Bridge bridge;

    @BeforeEach
    void start() {
        bridge = new Bridge();
    }

    @AfterEach
    void stop() {
        bridge.close();
    }

    private Reply run(String text) {
        return bridge.post(PLAN, text, "Content-Type", "application/yaml");
    }

    private String field(String name) {
        return bridge.get(PLAN).json().path(name).asText();
    }

    /** Looks until the plan waits for {@code what}. */
    private void until(String what) {
        for (int i = 0; i < 1000 && !field("waitsFor").equals(what); i++) {
            bridge.plans.tick();
        }
        assertThat(field("waitsFor")).isEqualTo(what);
    }

    @Test
    void aPlanIsGivenFollowedApprovedAndComesToItsEnd() {
        assertThat(bridge.get(PLAN).status()).isEqualTo(404);
        Reply started = run(TEXT);
        assertThat(started.status()).isEqualTo(202);
        assertThat(started.json().path("stages")).hasSize(3);
        until("hold");
        while (!field("stage").equals("1")) {
            bridge.plans.tick();
        }
        until("hold");
        assertThat(bridge.get(Bridge.OPERATOR).json().path("phase").asText()).isEqualTo("dual-write");
        assertThat(bridge.get(PLAN).json().path("gates").findValuesAsText("name"))
                .contains("breaker", "mismatches");
        bridge.clock.advance(Duration.ofMinutes(61));
        until("approval");
        assertThat(bridge.post(PLAN + "/approve", "{\"reason\":\"seen\"}").status())
                .isEqualTo(200);
        until("nothing");
        assertThat(field("state")).isEqualTo("done");
        assertThat(bridge.get(PLAN).json().path("approvals").get(0).path("why").asText())
                .isEqualTo("seen");
        assertThat(bridge.get(Bridge.OPERATOR + "/journal").text())
                .contains("\"plan-started\"", "\"plan-stage\"", "\"plan-approved\"", "\"plan-done\"");
    }

    @Test
    void whatDoesNotFitIsAConflict() {
        assertThat(bridge.call("POST", PLAN + "/pause", null).code()).isEqualTo("plan-state");
        run(TEXT);
        assertThat(run(TEXT).code()).isEqualTo("plan-running");
        assertThat(bridge.call("POST", PLAN + "/approve", null).code()).isEqualTo("no-approval-needed");
        assertThat(bridge.call("POST", PLAN + "/pause", null)
                        .json()
                        .path("state")
                        .asText())
                .isEqualTo("paused");
        assertThat(bridge.call("POST", PLAN + "/resume", null)
                        .json()
                        .path("state")
                        .asText())
                .isEqualTo("running");
        assertThat(bridge.call("POST", PLAN + "/abort", null)
                        .json()
                        .path("state")
                        .asText())
                .isEqualTo("aborted");
        assertThat(run("notifications: [webhook]\n" + TEXT).code()).isEqualTo("no-webhook");
    }

    @Test
    void aWrongPlanIsToldWhereAndChangesNothing() {
        Reply refused = run("format: 1\nname: x\nstages:\n- {name: a, phase: files}\n- {phase: file}\n");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("invalid-request");
        assertThat(refused.field()).isEqualTo("plan");
        assertThat(refused.json().path("faults").toString())
                .isEqualTo(
                        "[{\"line\":4,\"column\":20,\"message\":\"'phase' is none that there is: did you mean 'file'?,"
                                + " but is 'files'\"},{\"line\":5,\"column\":3,\"message\":\"the stage lacks 'name'\"}]");
        for (String body : List.of("", "\u0000", "&a [*a]", "{", "null", "--- a\n--- b")) {
            assertThat(run(body).status()).as(body).isEqualTo(400);
        }
        assertThat(bridge.get(PLAN).status()).isEqualTo(404);
    }

    @Test
    void whatAPlanWouldDoIsSaidAndNothingIsBegun() {
        Reply known = bridge.get(Bridge.OPERATOR + "/plans");
        assertThat(known.json().findValuesAsText("name")).containsExactly("standard", "cautious", "single-evening");
        JsonNode checked = check(TEXT.replace("hold: 1h", "hold: 1h, gates: {comparisons: 7, quietFiles: 2h}"));
        assertThat(checked.path("valid").booleanValue()).isTrue();
        assertThat(checked.path("stages").findValuesAsText("state")).containsExactly("present", "ahead", "ahead");
        assertThat(checked.path("stages").get(1).path("asks").toString())
                .isEqualTo("{\"comparisons\":7,\"quietFiles\":\"2 h\"}");
        assertThat(checked.path("toward").asText()).isEqualTo("both");
        assertThat(checked.path("gates").findValuesAsText("name")).contains("doctor", "backfill");
        assertThat(checked.path("gates").findValuesAsText("measured")).contains("not complete");
        JsonNode faulty = check("format: 1\nname: x\nstages:\n- {phase: file}\n");
        assertThat(faulty.path("valid").booleanValue()).isFalse();
        assertThat(faulty.path("faults").findValuesAsText("message")).containsExactly("the stage lacks 'name'");
        assertThat(bridge.get(PLAN).status()).isEqualTo(404);
        run(TEXT);
        assertThat(bridge.get(Bridge.OPERATOR + "/plans")
                        .json()
                        .get(3)
                        .path("text")
                        .asText())
                .isEqualTo(TEXT);
    }

    private JsonNode check(String text) {
        Reply answer = bridge.post(Bridge.OPERATOR + "/plans/check", text, "Content-Type", "application/yaml");
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }

    /** A page elsewhere can send text/plain without asking first. */
    @Test
    void aBodyOfAnotherTypeIsNotTaken() {
        assertThat(bridge.post(PLAN, TEXT, "Content-Type", "text/plain").status())
                .isEqualTo(415);
        assertThat(bridge.put(Bridge.OPERATOR + "/phase", "{}", "Content-Type", "application/yaml")
                        .status())
                .isEqualTo(415);
        assertThat(bridge.post(PLAN, "{\"format\":1,\"name\":\"j\",\"stages\":[{\"name\":\"a\",\"phase\":\"file\"}]}")
                        .status())
                .isEqualTo(202);
    }

    @Test
    void onlyAnOperatorRunsPlans() {
        WebOptions tokens = WebOptions.defaults()
                .withTokens(
                        List.of(new Token(Role.WORKER, "worker-secret"), new Token(Role.OPERATOR, "operator-secret")));
        try (Bridge guarded = new Bridge(tokens)) {
            assertThat(guarded.post(PLAN, TEXT).status()).isEqualTo(401);
            assertThat(guarded.post(PLAN, TEXT, "Authorization", "Bearer worker-secret")
                            .status())
                    .isEqualTo(403);
            assertThat(guarded.post(PLAN, TEXT, "Authorization", "Bearer operator-secret")
                            .status())
                    .isEqualTo(202);
        }
    }
}
