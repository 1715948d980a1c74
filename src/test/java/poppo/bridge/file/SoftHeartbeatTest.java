package poppo.bridge.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Orphan;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;

class SoftHeartbeatTest {
    private static final Instant NOW = StateDirectory.NOW;
    private static final String BEAT = "2025-06-24T12:01:00.000Z";

    @TempDir
    Path path;

    private StateDirectory directory;

    @BeforeEach
    void checkOut() {
        directory = new StateDirectory(path);
        directory.run(new Operation.Checkout(1, "p", null, null, null));
        directory.clock.advance(Duration.ofMinutes(1));
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private void beat() {
        directory.run(new Operation.Heartbeat(1, "p"));
    }

    private String lastHeartbeat() {
        return directory
                .store()
                .read(RecordKey.issue(1))
                .image()
                .path("lastHeartbeat")
                .asText();
    }

    @Test
    void aHeartbeatIsSeenAtOnceAndWrittenLater() {
        Map<String, String> before = directory.snapshot();
        String version = directory.store().read(RecordKey.issue(1)).version();

        beat();

        assertThat(lastHeartbeat()).isEqualTo(BEAT);
        assertThat(directory.store().read(RecordKey.issue(1)).version()).isNotEqualTo(version);
        assertThat(directory.snapshot()).isEqualTo(before);
        directory.store().flush();
        assertThat(directory.read("issue-status.json")).contains("\"lastHeartbeat\": \"" + BEAT + "\"");
    }

    @Test
    void manyHeartbeatsAreOneRewrite() {
        long before = directory.disk.rewrites("issue-status.json");
        for (int i = 0; i < 20; i++) {
            beat();
        }
        directory.store().flush();
        directory.store().flush();
        assertThat(directory.disk.rewrites("issue-status.json")).isEqualTo(before + 1);
    }

    @Test
    void theNextRewriteTakesHeartbeatsAlong() {
        beat();
        directory.run(new Operation.UpdateStatus(2, Json.object().put("status", "a")));
        assertThat(directory.read("issue-status.json")).contains(BEAT);
    }

    @Test
    void closingWritesThem() {
        beat();
        directory.store().close();
        assertThat(directory.read("issue-status.json")).contains(BEAT);
    }

    @Test
    void aFailedFlushKeepsThemForTheNext() {
        beat();
        directory.disk.fail("No space left on device", step -> step.startsWith("create issue"));
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> directory.store().flush())
                .isInstanceOf(poppo.bridge.state.BridgeException.Unavailable.class);
        assertThat(lastHeartbeat()).isEqualTo(BEAT);
        directory.disk.heal();
        directory.store().flush();
        assertThat(directory.read("issue-status.json")).contains(BEAT);
    }

    @Test
    void aHeartbeatDoesNotBringBackAnIssueThatAnotherRemoved() {
        beat();
        directory.write("issue-status.json", "{\"issues\":{},\"lastSync\":null}");
        directory.store().flush();
        assertThat(directory.store().read(RecordKey.issue(1)).image()).isNull();
        assertThat(directory.read("issue-status.json")).doesNotContain("\"1\"");
    }

    @Test
    void aHeartbeatDoesNotAlterAnIssueThatIsAnothersNow() {
        beat();
        String taken = "{\"status\":\"processing\",\"processId\":\"q\",\"lastHeartbeat\":\"2025-06-24T12:00:30.000Z\"}";
        directory.write("issue-status.json", "{\"issues\":{\"1\":" + taken + "},\"lastSync\":null}");
        directory.store().flush();
        assertThat(lastHeartbeat()).isEqualTo("2025-06-24T12:00:30.000Z");
    }

    @Test
    void aHeartbeatOutlivesAForeignChangeOfTheSameHolding() {
        beat();
        String changed =
                "{\"status\":\"processing\",\"processId\":\"p\",\"lastHeartbeat\":\"2025-06-24T12:00:30.000Z\","
                        + "\"extra\":1}";
        directory.write("issue-status.json", "{\"issues\":{\"1\":" + changed + "},\"lastSync\":null}");
        directory.store().flush();
        assertThat(lastHeartbeat()).isEqualTo(BEAT);
        assertThat(directory.read("issue-status.json")).contains(BEAT, "\"extra\": 1");
    }

    @Test
    void aHeartbeatNeverShortensAForeignOne() {
        beat();
        String later = "{\"status\":\"processing\",\"processId\":\"p\",\"lastHeartbeat\":\"2025-06-24T12:05:00.000Z\"}";
        directory.write("issue-status.json", "{\"issues\":{\"1\":" + later + "},\"lastSync\":null}");
        directory.store().flush();
        assertThat(lastHeartbeat()).isEqualTo("2025-06-24T12:05:00.000Z");
    }

    /** One that comes while the issue is being taken from its holder hears the truth. */
    @Test
    void aHeartbeatDuringACheckinWaitsForItsOutcome() throws Exception {
        java.util.concurrent.CompletableFuture<Boolean> answer = new java.util.concurrent.CompletableFuture<>();
        Thread beating = new Thread(() -> answer.complete(((poppo.bridge.state.Decision.Unchanged)
                        directory.run(new Operation.Heartbeat(1, "p")).decision())
                .answer()
                .path("alive")
                .asBoolean()));
        directory.disk.before("rename issue-status.json"::equals, () -> {
            beating.start();
            while (beating.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        });
        directory.run(new Operation.Checkin(1, "p", "completed", null));
        assertThat(answer.get()).isFalse();
    }

    @Test
    void aHeartbeatOfTheProcessKeepsItsIssues() {
        directory.clock.advance(Duration.ofMinutes(40));
        Instant later = directory.clock.instant();
        assertThat(directory.store().orphans(later)).containsExactly(new Orphan(1, "p", NOW));

        directory.run(new Operation.RenewProcess("p"));

        assertThat(directory.store().orphans(later)).isEmpty();
        assertThat(directory.store().lastSeen("p", later)).contains(later);
    }

    @Test
    void graceCountsEveryHolderAsHeardOf() {
        directory.clock.advance(Duration.ofHours(2));
        Instant later = directory.clock.instant();
        directory.store().grantGrace(later);
        assertThat(directory.store().orphans(later)).isEmpty();
        assertThat(directory
                        .run(new Operation.Checkout(1, "q", null, null, null))
                        .isDone())
                .isFalse();
        assertThat(directory.store().orphans(later.plus(Duration.ofMinutes(30))))
                .hasSize(1);
        assertThat(directory.store().lastSeen("nobody", later)).isEmpty();
    }

    @Test
    void anIssueWithoutAProcessLivesByItsOwnHeartbeat() {
        directory.run(new Operation.UpdateStatus(
                2, Json.object().put("status", "processing").put("lastHeartbeat", Stamp.time(NOW))));
        assertThat(directory.store().orphans(NOW.plusSeconds(1799))).isEmpty();
        assertThat(directory.store().orphans(NOW.plusSeconds(1800)))
                .extracting(Orphan::issue)
                .containsExactly(1L, 2L)
                .isNotEmpty();
    }

    @Test
    void processesThatOnlyBeatAreForgottenInTime() {
        directory.run(new Operation.RenewProcess("gone"));
        directory.store().flush();
        assertThat(directory.read(".bridge/processes.json")).contains("gone");
        directory.clock.advance(Duration.ofHours(2));
        directory.run(new Operation.RenewProcess("here"));
        directory.store().flush();
        assertThat(directory.read(".bridge/processes.json")).contains("here").doesNotContain("gone");
    }
}
