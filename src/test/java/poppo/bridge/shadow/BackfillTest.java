package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CancellationException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MemoryRedis;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

/** A backfill that is interrupted, goes on, starts anew, or refuses. */
final class BackfillTest {
    private static final int ISSUES = 15_000;

    @TempDir
    Path directory;

    private MemoryRedis redis = new MemoryRedis();

    @BeforeEach
    void makeFiles() throws Exception {
        write(ISSUES);
        Files.createDirectory(directory.resolve(".bridge"));
    }

    private void write(int issues) throws Exception {
        StringBuilder text = new StringBuilder("{\"issues\": {");
        for (int n = 1; n <= issues; n++) {
            text.append(n == 1 ? "" : ",")
                    .append('"')
                    .append(n)
                    .append("\": {\"n\": ")
                    .append(n)
                    .append('}');
        }
        Files.writeString(directory.resolve("issue-status.json"), text.append("}}"));
    }

    private ShadowStateManager open() {
        Clock clock = Clock.systemUTC();
        Path bridge = directory.resolve(".bridge");
        return ShadowStateManager.open(
                new ShadowStateManager.Parts(
                        FileStateManager.stream(FileOptions.of(directory).withoutSchedule()),
                        redis.anotherClient(),
                        bridge,
                        new AuditJournal(new Disk(), bridge, clock),
                        StoreObserver.NONE,
                        clock),
                Bridge.options());
    }

    private static LongConsumer stopAt(long records) {
        return compared -> {
            if (compared >= records) {
                throw new CancellationException();
            }
        };
    }

    private void stopHalfWay() {
        try (ShadowStateManager state = open()) {
            assertThatThrownBy(() -> state.carryOver(stopAt(ISSUES / 2))).isInstanceOf(CancellationException.class);
        }
    }

    private ShadowStateManager.Copied runAll() {
        try (ShadowStateManager state = open()) {
            ShadowStateManager.Copied copied = state.carryOver(compared -> {});
            assertThat(state.standing().backfilled()).isTrue();
            long[] differing = {0};
            try (Walk walk = state.walk()) {
                walk.through(
                        StateCollection.ISSUES,
                        chunk -> differing[0] += chunk.stream()
                                .filter(pair -> !pair.compare().agrees())
                                .count());
            }
            assertThat(differing[0]).isZero();
            return copied;
        }
    }

    @Test
    void anInterruptedOneGoesOnBehindWhatIsDone() {
        stopHalfWay();

        ShadowStateManager.Copied copied = runAll();

        assertThat(copied.wentOnBehind()).startsWith("issues/");
        assertThat(Long.parseLong(String.valueOf(copied.wentOnBehind()).substring("issues/".length())))
                .isBetween(ISSUES / 4L, ISSUES / 2L + 5_000);
        assertThat(copied.compared()).isEqualTo(ISSUES + 2L);
        assertThat(runAll().wentOnBehind())
                .as("a complete one leaves no checkpoint")
                .isNull();
    }

    @Test
    void anotherRedisIsFilledFromTheStart() {
        stopHalfWay();
        redis = new MemoryRedis();

        assertThat(runAll().wentOnBehind()).isNull();
    }

    @Test
    void aRedisThatLostItsStateIsFilledFromTheStart() {
        stopHalfWay();
        redis.flushAll();

        assertThat(runAll().wentOnBehind()).isNull();
    }

    @Test
    void aRestartedRedisIsFilledFromTheStart() {
        stopHalfWay();
        redis.restart();

        assertThat(runAll().wentOnBehind()).isNull();
    }

    @Test
    void changedFilesAreCopiedFromTheStart() throws Exception {
        stopHalfWay();
        write(ISSUES + 1);

        ShadowStateManager.Copied copied = runAll();

        assertThat(copied.wentOnBehind()).isNull();
        assertThat(copied.compared()).isEqualTo(ISSUES + 3L);
    }

    @Test
    void aCheckpointThatIsNoneIsIgnored() throws Exception {
        stopHalfWay();
        Files.writeString(directory.resolve(".bridge/backfill.json"), "{\"format\": 1, ");

        assertThat(runAll().wentOnBehind()).isNull();
    }

    @Test
    void whatWouldNotComeBackIsNamedBeforeAnythingIsWritten() throws Exception {
        redis = new Forgetful();
        try (ShadowStateManager state = open()) {
            assertThatThrownBy(() -> state.carryOver(compared -> {}))
                    .isInstanceOf(BridgeException.Conflict.class)
                    .hasMessageContaining("issue-status.json: issues/77 at /n")
                    .extracting(e -> ((BridgeException.Conflict) e).code())
                    .isEqualTo("not-lossless");
            assertThat(state.standing().backfilled()).isFalse();
        }
        assertThat(redis.probe().epoch()).as("not even fenced").isNull();
    }

    /** Loses a field of one issue. */
    private static final class Forgetful extends MemoryRedis {
        @Override
        public MemoryRedis anotherClient() {
            return this;
        }

        @Override
        public @Nullable JsonNode roundTrip(RecordKey key, JsonNode image) {
            return key.equals(RecordKey.issue(77)) ? Json.object() : image;
        }
    }
}
