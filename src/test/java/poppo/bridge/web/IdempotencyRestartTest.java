package poppo.bridge.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import poppo.bridge.machine.Disk;
import poppo.bridge.migration.Bounds;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.state.Call;
import poppo.bridge.state.Fault;
import poppo.bridge.state.Stamp;
import poppo.bridge.web.Bridge.Reply;

/** Calls with a key over HTTP whose bridge ended between the effect and the answer, tried again at the next one. */
@Timeout(120)
class IdempotencyRestartTest {
    private static final String KEY = "Idempotency-Key";

    /** A call, and what must have happened before it. */
    private record Mutation(String name, String method, String path, String body) {}

    /** One of each operation, on records of their own. */
    private static final List<Mutation> MUTATIONS = List.of(
            new Mutation("checkout", "POST", "issues/1/checkout", "{'processId':'p1','pid':7,'metadata':{'a':[1]}}"),
            new Mutation("checkout-and-register", "POST", "issues/2/checkout", "{'processId':'p2','host':'h'}"),
            new Mutation("checkout-of-the-holder", "POST", "issues/3/checkout", "{'processId':'p3'}"),
            new Mutation("checkout-refused", "POST", "issues/3/checkout", "{'processId':'thief'}"),
            new Mutation("checkin", "POST", "issues/4/checkin", "{'processId':'p4','result':{'n':1.50}}"),
            new Mutation("checkin-without-result", "POST", "issues/5/checkin", "{'processId':'p5','status':'error'}"),
            new Mutation("checkin-refused", "POST", "issues/6/checkin", "{'processId':'p6'}"),
            new Mutation("update", "PATCH", "issues/7", "{'status':'error','x':{'y':null}}"),
            new Mutation("update-of-its-time", "PATCH", "issues/8", "{'status':'x','lastUpdated':'long ago'}"),
            new Mutation("reset", "DELETE", "issues/9", null),
            new Mutation("reset-of-none", "DELETE", "issues/10", null),
            new Mutation("heartbeat", "POST", "issues/11/heartbeat", null),
            new Mutation("release", "POST", "orphans/12/release", null),
            new Mutation("register", "PUT", "processes/p13", "{'pid':1,'host':'h'}"),
            new Mutation("renew", "PUT", "processes/p11/heartbeat", null),
            new Mutation("processed-issue", "PUT", "processed-issues/14", null),
            new Mutation("processed-issue-again", "PUT", "processed-issues/15", null),
            new Mutation("processed-issue-removed", "DELETE", "processed-issues/16", null),
            new Mutation("processed-comment", "PUT", "processed-comments/17/IC_1", null),
            new Mutation("task", "PUT", "running-tasks/t1", "{'type':'issue'}"),
            new Mutation("task-with-a-time", "PUT", "running-tasks/t2", "{'startTime':'2020-01-01T00:00:00.000Z'}"),
            new Mutation("task-removed", "DELETE", "running-tasks/t3", null),
            new Mutation("task-not-there", "DELETE", "running-tasks/none", null),
            new Mutation("pending-task", "POST", "pending-tasks", "{'id':'a'}"),
            new Mutation("last-run", "PUT", "last-run", "{'n':1}"));

    private static void prepare(Bridge bridge) {
        checkout(bridge, 12, "p12");
        bridge.clock.advance(Duration.ofHours(1));
        checkout(bridge, 3, "p3");
        checkout(bridge, 4, "p4");
        checkout(bridge, 5, "p5");
        checkout(bridge, 6, "somebody");
        checkout(bridge, 9, "p9");
        checkout(bridge, 11, "p11");
        done(bridge.put(Bridge.WORKER + "processed-issues/15", null));
        done(bridge.put(Bridge.WORKER + "processed-issues/16", null));
        done(bridge.put(Bridge.WORKER + "processed-comments/17/IC_0", null));
        done(bridge.put(Bridge.WORKER + "running-tasks/t3", "{}"));
        done(bridge.post(Bridge.WORKER + "pending-tasks", "{\"id\":\"first\"}"));
        bridge.clock.advance(Duration.ofMinutes(1));
    }

    private static void checkout(Bridge bridge, int issue, String process) {
        done(bridge.post(Bridge.WORKER + "issues/" + issue + "/checkout", "{\"processId\":\"" + process + "\"}"));
    }

    private static void done(Reply reply) {
        assertThat(reply.status()).as("%s", reply.text()).isBetween(200, 299);
    }

    private static Reply send(Bridge bridge, Mutation call) {
        String body = call.body() == null ? null : call.body().replace('\'', '"');
        return bridge.call(call.method(), Bridge.WORKER + call.path(), body, KEY, call.name());
    }

    /** The note of a call may share its write with the answer of the one before, and fails with it then: nothing was done. */
    private static Reply sendOnceNoted(Bridge bridge, Mutation call) {
        Reply reply = send(bridge, call);
        for (int i = 0; i < 10 && reply.code().equals("unavailable"); i++) {
            reply = send(bridge, call);
        }
        return reply;
    }

    private static void enter(Bridge bridge, Phase phase) {
        if (phase != Phase.FILE) {
            bridge.migration.backfillNow(compared -> {});
            bridge.migration.change(new Rollout(phase, 100, 100), Bounds.DEFAULT, true, "test", "test");
        }
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void eachOperationTakesEffectOnceAndIsAnsweredAsTheFirstTimeWouldHaveBeen(Phase phase) {
        try (Bridge bridge = new Bridge();
                Bridge twin = new Bridge()) {
            twin.clock.set(bridge.clock.instant());
            prepare(bridge);
            prepare(twin);
            enter(bridge, phase);
            enter(twin, phase);
            FailingDisk dying = new FailingDisk();
            bridge.restart(dying);
            dying.failAnswers();
            for (Mutation call : MUTATIONS) {
                assertThat(sendOnceNoted(bridge, call).code()).as(call.name()).isEqualTo("unknown-outcome");
            }
            String before = records(bridge);
            bridge.clock.advance(Duration.ofMinutes(10));
            bridge.restart(new Disk());
            List<String> wrong = new ArrayList<>();
            for (Mutation call : MUTATIONS) {
                Reply expected = send(twin, call);
                compare(call.name(), expected, send(bridge, call), wrong);
                compare(call.name() + " once more", expected, send(bridge, call), wrong);
            }
            assertThat(wrong).isEmpty();
            assertThat(records(bridge)).isEqualTo(before).isEqualTo(records(twin));
        }
    }

    /** A sign of life is given again at each try, and that is all that the holder's own checkout is. */
    private static void compare(String name, Reply expected, Reply got, List<String> wrong) {
        boolean isSignOfLife = name.startsWith("checkout-of-the-holder");
        String wanted = isSignOfLife ? withoutHeartbeat(expected.text()) : expected.text();
        String answered = isSignOfLife ? withoutHeartbeat(got.text()) : got.text();
        if (got.status() != expected.status() || !answered.equals(wanted)) {
            wrong.add(name + ":\n first: " + expected.status() + " " + expected.text() + "\n again: " + got.status()
                    + " " + got.text());
        }
    }

    private static String withoutHeartbeat(String text) {
        return text.replaceAll("\"lastHeartbeat\":\"[^\"]*\"", "");
    }

    /** All records as they are served, but for the heartbeats. */
    private static String records(Bridge bridge) {
        StringBuilder records = new StringBuilder();
        for (String list : List.of(
                "issues", "processed-issues", "processed-comments", "running-tasks", "pending-tasks", "last-run")) {
            records.append(withoutHeartbeat(bridge.get(Bridge.WORKER + list).text()))
                    .append('\n');
        }
        return records.toString();
    }

    @Test
    void aSweepNamesAlsoWhatItRemovedBeforeTheBridgeEnded() {
        try (Bridge bridge = new Bridge()) {
            for (String task : List.of("t1", "t2")) {
                done(bridge.put(Bridge.WORKER + "running-tasks/" + task, "{}"));
            }
            bridge.clock.advance(Duration.ofHours(30));
            FailingDisk dying = new FailingDisk();
            bridge.restart(dying);
            dying.failAnswers();
            Mutation sweep = new Mutation("sweep", "DELETE", "running-tasks?olderThan=PT24H", null);
            assertThat(send(bridge, sweep).code()).isEqualTo("unknown-outcome");
            bridge.restart(new Disk());
            Reply again = send(bridge, sweep);
            assertThat(again.status()).isEqualTo(200);
            assertThat(again.text()).isEqualTo("{\"removed\":[\"t1\",\"t2\"]}");
        }
    }

    /** The record no longer tells: the issue was checked in since, so the checkout is not repeated, nor called done. */
    @Test
    void whatOthersMovedOnBeforeTheBridgeEndedIsCalledUnknown() {
        try (Bridge bridge = new Bridge()) {
            FailingDisk dying = new FailingDisk();
            bridge.restart(dying);
            dying.failAnswers();
            Mutation checkout = new Mutation("k", "POST", "issues/1/checkout", "{'processId':'p'}");
            assertThat(send(bridge, checkout).code()).isEqualTo("unknown-outcome");
            done(bridge.post(Bridge.WORKER + "issues/1/checkin", "{\"processId\":\"p\"}"));
            bridge.restart(new Disk());
            Reply again = send(bridge, checkout);
            assertThat(again.code()).isEqualTo("unknown-outcome");
            assertThat(again.text()).contains("issues/1", "nothing was done now", "new key");
            assertThat(bridge.get(Bridge.WORKER + "issues/1")
                            .json()
                            .path("status")
                            .asText())
                    .isEqualTo("completed");
        }
    }

    /** Killed after the intent and before the effect: the retry is the first execution, at its own time. */
    @Test
    void whatNeverTookEffectIsExecutedAtTheRetry() {
        try (Bridge bridge = new Bridge()) {
            FailingDisk dying = new FailingDisk();
            bridge.restart(dying);
            bridge.files.faults().nth(1, Call.to("execute"), Fault.unknownWithoutEffect());
            Mutation checkout = new Mutation("k", "POST", "issues/1/checkout", "{'processId':'p'}");
            assertThat(send(bridge, checkout).code()).isEqualTo("unknown-outcome");
            bridge.restart(new Disk());
            bridge.clock.advance(Duration.ofHours(2));
            String now = Stamp.time(bridge.clock.instant());
            Reply again = send(bridge, checkout);
            assertThat(again.status()).isEqualTo(200);
            assertThat(again.json().path("startTime").asText()).isEqualTo(now);
            Reply thief = bridge.post(Bridge.WORKER + "issues/1/checkout", "{\"processId\":\"q\"}");
            assertThat(thief.status()).isEqualTo(409);
        }
    }

    @Test
    void anOperatorsAnswerIsTheSameAfterARestart() {
        try (Bridge bridge = new Bridge()) {
            Reply first = bridge.post(Bridge.OPERATOR + "/backfill", "{}", KEY, "k");
            assertThat(first.status()).isEqualTo(202);
            bridge.restart(new Disk());
            Reply again = bridge.post(Bridge.OPERATOR + "/backfill", "{}", KEY, "k");
            assertThat(again.text()).isEqualTo(first.text());
            assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        }
    }
}
