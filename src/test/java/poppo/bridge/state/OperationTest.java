package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static poppo.bridge.state.Contract.assertJson;
import static poppo.bridge.state.Contract.json;
import static poppo.bridge.state.Contract.object;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.state.BridgeException.Invalid;
import poppo.bridge.state.Decision.Changed;
import poppo.bridge.state.Decision.Effects;

/** What the stores' contract can't see of a decision: its effects, and what its constructors refuse. */
class OperationTest {
    private static final Instant NOW = Instant.parse("2025-06-24T01:02:03.004Z");
    private static final Stamp STAMP = new Stamp(NOW, 5, "nonce");
    private static final Liveness DEAD = issue -> false;
    private static final Liveness NOT_ASKED = issue -> {
        throw new AssertionError("liveness doesn't matter here");
    };

    @Test
    void aCheckoutOfADeadHoldersIssueCountsOnItsDeath() {
        Effects effects = effects(Contract.checkout(7, "p2"), "{'status':'processing','processId':'p1'}", DEAD);

        assertThat(effects.aliveProcess()).isEqualTo("p2");
        assertThat(effects.assumedDead()).isEqualTo("p1");
    }

    @Test
    void aCheckoutOfAFreeIssueAsksForNobodysLife() {
        for (String free : new String[] {"{}", "{'status':'completed','processId':'p1'}", "{'status':5}"}) {
            Effects effects = effects(Contract.checkout(7, "p2"), free, NOT_ASKED);

            assertThat(effects.aliveProcess()).isEqualTo("p2");
            assertThat(effects.assumedDead()).isNull();
        }
    }

    @Test
    void theHoldersOwnCheckoutAsksForNobodysLife() {
        Effects effects = effects(Contract.checkout(7, "p1"), "{'status':'processing','processId':'p1'}", NOT_ASKED);

        assertThat(effects.aliveProcess()).isEqualTo("p1");
        assertThat(effects.assumedDead()).isNull();
        assertThat(effects.label())
                .as("again, since the first answer may have been lost")
                .isNotNull();
    }

    @Test
    void aReleaseCountsOnTheHoldersDeathAndIsNoSignOfLife() {
        Effects effects = effects(new Operation.ReleaseOrphan(7), "{'status':'processing','processId':'p1'}", DEAD);

        assertThat(effects.assumedDead()).isEqualTo("p1");
        assertThat(effects.aliveProcess()).isNull();
    }

    @Test
    void anUpdateThatHandsOverCountsOnTheHoldersDeath() {
        Effects effects = effects(
                Contract.update(7, "{'status':'processing','processId':'p2'}"),
                "{'status':'processing','processId':'p1'}",
                DEAD);

        assertThat(effects.assumedDead()).isEqualTo("p1");
        assertThat(effects.aliveProcess()).isEqualTo("p2");
    }

    @Test
    void anUpdateThatLeavesTheHolderAsksForNobodysLife() {
        for (String fields : new String[] {
            "{'status':'processing'}", "{'status':'processing','processId':'p1'}", "{'status':'error','processId':'p2'}"
        }) {
            Effects effects =
                    effects(Contract.update(7, fields), "{'status':'processing','processId':'p1'}", NOT_ASKED);

            assertThat(effects.assumedDead()).isNull();
            assertThat(effects.aliveProcess()).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "processing,        processing,        ['processing'],        ['processing']",
        "completed,         processing,        [],                    ['processing']",
        "processing,        awaiting-response, ['processing'],        ['awaiting-response']",
        "processing,        completed,         ['processing'],        ['awaiting-response']",
        "error,             error,             [],                    ['error']",
        "processing,        pending,           ['processing'],        []",
        "pending,           other,             [],                    []"
    })
    void aChangeOfStatusAsksForItsLabels(String before, String after, String removed, String added) {
        Effects effects =
                effects(Contract.update(7, "{'status':'" + after + "'}"), "{'status':'" + before + "'}", NOT_ASKED);

        JsonNode request = effects.label().content();
        assertJson(request.get("removeLabels"), removed);
        assertJson(request.get("addLabels"), added);
    }

    @Test
    void aLabelRequestIsWhatItsConsumerReads() {
        LabelRequest request =
                effects(Contract.checkout(7, "p1"), "{}", NOT_ASKED).label();

        assertThat(request.fileName()).isEqualTo("label-update-1750726923004-nonce.json");
        assertJson(
                request.content(),
                "{'requestId':'req-1750726923004-nonce','timestamp':'2025-06-24T01:02:03.004Z','issueNumber':7,"
                        + "'action':'update','addLabels':['processing'],'removeLabels':[],'requestedBy':'StatusManager',"
                        + "'processId':'" + ProcessHandle.current().pid() + "'}");
    }

    @Test
    void whatChangesNoStatusAsksForNoLabels() {
        String held = "{'status':'processing','processId':'p1'}";

        assertThat(effects(new Operation.Heartbeat(7, null), held, NOT_ASKED).label())
                .isNull();
        assertThat(effects(new Operation.ResetIssue(7), held, NOT_ASKED)).isEqualTo(Effects.NONE);
    }

    @Test
    void aDecisionDoesNotChangeWhatItIsGiven() {
        String text = "{'status':'processing','processId':'p1','metadata':{'a':1}}";
        ObjectNode fields = object("{'status':'processing','processId':'p2','1':0}");
        ObjectNode metadata = object("{'m':1,'1':0}");
        JsonNode before = json(text);

        new Operation.Checkout(7, "p2", 1L, "t", metadata).decide(before, DEAD, STAMP);
        new Operation.Checkout(7, "p1", 1L, "t", metadata).decide(before, DEAD, STAMP);
        new Operation.Checkin(7, "p1", "completed", metadata).decide(before, DEAD, STAMP);
        new Operation.UpdateStatus(7, fields).decide(before, DEAD, STAMP);
        new Operation.Heartbeat(7, null).decide(before, DEAD, STAMP);
        new Operation.ReleaseOrphan(7).decide(before, DEAD, STAMP);
        new Operation.PutRunningTask("t", metadata).decide(before, DEAD, STAMP);
        new Operation.SetLastRun(metadata).decide(before, DEAD, STAMP);
        new Operation.AddProcessedComment(7, "c").decide(json("['a']"), DEAD, STAMP);

        assertJson(before, text);
        assertThat(Json.compact(fields)).isEqualTo("{\"1\":0,\"status\":\"processing\",\"processId\":\"p2\"}");
        assertThat(Json.compact(metadata)).isEqualTo("{\"1\":0,\"m\":1}");
    }

    @Test
    void mergedMetadataIsInJavaScriptOrder() {
        Changed taken = (Changed) new Operation.Checkout(7, "p", null, null, object("{'2':0,'1':0,'x':0}"))
                .decide(null, NOT_ASKED, STAMP);

        assertThat(Json.compact(taken.after().get("metadata")))
                .isEqualTo("{\"1\":0,\"2\":0,\"retryCount\":0,\"errorCount\":0,\"x\":0}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'status':null}",
                "{'status':5}",
                "{'status':''}",
                "{'status':'x','processId':5}",
                "{'status':'x','processId':''}",
                "{'status':'x','startTime':0}",
                "{'status':'x','lastHeartbeat':{}}",
                "{'status':'x','endTime':false}",
                "{'status':'x','lastUpdated':1}",
                "{'status':'x','pid':'42'}",
                "{'status':'x','pid':1.5}",
                "{'status':'x','pid':[]}"
            })
    void anUpdateOfAWrongTypeIsRefused(String fields) {
        assertThatThrownBy(() -> Contract.update(7, fields)).isInstanceOf(Invalid.class);
    }

    @Test
    void aCheckinCannotLeaveTheIssueInProcessing() {
        assertThatThrownBy(() -> new Operation.Checkin(7, "p1", "processing", null))
                .isInstanceOf(Invalid.class)
                .hasMessage("status: a checkin can't leave an issue in 'processing'");
    }

    @Test
    void onlySignsOfLifeAreSoft() {
        assertThat(new Operation.Heartbeat(7, null).isSoft()).isTrue();
        assertThat(new Operation.RenewProcess("p").isSoft()).isTrue();
        assertThat(Contract.checkout(7, "p").isSoft()).isFalse();
        assertThat(Contract.register("p", "{}").isSoft()).isFalse();
    }

    @Test
    void operationsAreNamedInKebabCase() {
        assertThat(Contract.checkout(7, "p").name()).isEqualTo("checkout");
        assertThat(new Operation.AddProcessedIssue(7).name()).isEqualTo("add-processed-issue");
    }

    @Test
    void stampsGrowEvenWhenTheClockGoesBack() {
        TestClock clock = new TestClock(NOW);
        Stamp.Source source = new Stamp.Source(clock);
        Stamp first = source.next();
        clock.advance(Duration.ofDays(-1));
        Stamp second = source.next();

        assertThat(second.order()).isGreaterThan(first.order());
        assertThat(second.now()).isEqualTo(NOW.minus(Duration.ofDays(1)));
        assertThat(first.order()).isEqualTo(NOW.toEpochMilli() * 1000);
        assertThat(first.time()).isEqualTo("2025-06-24T01:02:03.004Z");
        assertThat(first.nonce()).isNotEqualTo(second.nonce());
    }

    private static Effects effects(Operation operation, String before, Liveness liveness) {
        Decision decision = operation.decide(json(before), liveness, STAMP);
        assertThat(decision).isInstanceOf(Changed.class);
        return ((Changed) decision).effects();
    }
}
