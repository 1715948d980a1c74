package poppo.bridge.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.LocalStateManager.ForeignWrite;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

class ForeignWriteTest {
    @TempDir
    Path path;

    private final List<ForeignWrite> heard = new ArrayList<>();
    private StateDirectory directory;
    private FileStateManager store;

    @BeforeEach
    void open() {
        directory = new StateDirectory(path).write("issue-status.json", issues("1", "a", "2", "b"));
        store = directory.store();
        store.onForeignWrite(heard::add);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private static String issues(String... statuses) {
        StringBuilder file = new StringBuilder("{\"issues\":{");
        for (int i = 0; i < statuses.length; i += 2) {
            file.append(i == 0 ? "" : ",").append("\"" + statuses[i] + "\":{\"status\":\"" + statuses[i + 1] + "\"}");
        }
        return file.append("},\"lastSync\":null}").toString();
    }

    private String status(long issue) {
        var image = store.read(RecordKey.issue(issue)).image();
        return image == null ? "absent" : image.path("status").textValue();
    }

    private void update(long issue, String status) {
        directory.run(new Operation.UpdateStatus(issue, Json.object().put("status", status)));
    }

    @Test
    void theNextReadSeesWhatAnotherWrote() {
        directory.write("issue-status.json", issues("1", "a", "2", "x", "3", "c"));

        assertThat(status(2)).isEqualTo("x");
        assertThat(store.count(StateCollection.ISSUES)).isEqualTo(3);
        assertThat(heard)
                .containsExactly(new ForeignWrite(
                        "issue-status.json",
                        java.util.Set.of(RecordKey.issue(2), RecordKey.issue(3)),
                        java.util.Map.of(),
                        null));
    }

    @Test
    void ourOwnWritesAreNotForeign() {
        update(1, "z");
        update(2, "z");
        store.poll();
        assertThat(heard).isEmpty();
    }

    @Test
    void whatErasesOursIsToldApart() {
        update(1, "ours");
        directory.write("issue-status.json", issues("2", "x"));

        store.poll();

        assertThat(heard).singleElement().satisfies(write -> {
            assertThat(write.records()).containsExactlyInAnyOrder(RecordKey.issue(1), RecordKey.issue(2));
            assertThat(write.erasedOurs()).containsOnlyKeys(RecordKey.issue(1));
        });
        assertThat(status(1)).isEqualTo("absent");
    }

    @Test
    void theVersionOfEqualContentStays() {
        Versioned one = store.read(RecordKey.issue(1));
        Versioned two = store.read(RecordKey.issue(2));
        directory.write("issue-status.json", issues("1", "a", "2", "x"));

        assertThat(store.read(RecordKey.issue(1)).version()).isEqualTo(one.version());
        assertThat(store.read(RecordKey.issue(2)).version()).isNotEqualTo(two.version());
        assertThat(store.replaceAll(
                        List.of(new Replacement(RecordKey.issue(2), Json.object(), two.version(), null, 0))))
                .containsExactly(false);
    }

    @Test
    void anOperationIsDecidedOnWhatAnotherWroteMeanwhile() {
        directory.disk.before(
                "link issue-status.json.lock"::equals,
                () -> directory.write("issue-status.json", issues("1", "a", "2", "b", "7", "new")));
        update(1, "z");
        assertThat(directory.read("issue-status.json")).contains("\"7\"");
        assertThat(heard).hasSize(1);
    }

    @Test
    void aFileThatIsRemovedIsEmpty() throws Exception {
        Files.delete(path.resolve("issue-status.json"));
        assertThat(status(1)).isEqualTo("absent");
        assertThat(heard)
                .singleElement()
                .satisfies(write -> assertThat(write.records()).hasSize(2));
    }

    @Test
    void placesStayAndNewcomersFollow() {
        directory.run(new Operation.AddProcessedIssue(5));
        directory.run(new Operation.AddProcessedIssue(4));
        List<Versioned> before = store.page(StateCollection.PROCESSED_ISSUES, null, 9);
        directory.write("processed-issues.json", "[5,4,3]");
        List<Versioned> after = store.page(StateCollection.PROCESSED_ISSUES, null, 9);
        assertThat(after.subList(0, 2)).isEqualTo(before);
        assertThat(after.get(2).order()).isGreaterThan(after.get(1).order());
    }

    /** Redis may still have what was stamped before the restart, and gets the newcomer behind it. */
    @Test
    void afterARestartNewcomersFollowWhatWasStampedBefore() {
        directory.run(new Operation.AddProcessedIssue(5));
        long stamped = store.read(RecordKey.processedIssue(5)).order();
        directory.clock.advance(java.time.Duration.ofSeconds(1));
        FileStateManager again = directory.reopened();
        directory.write("processed-issues.json", "[5,3]");

        directory.clock.advance(java.time.Duration.ofSeconds(1));
        assertThat(again.read(RecordKey.processedIssue(3)).order()).isGreaterThan(stamped);
        assertThat(again.read(RecordKey.processedIssue(3)).order())
                .isLessThan(directory.stamp().order());
    }

    @Test
    void whileNotAcceptedAForeignVersionIsSetAsideAndOverwritten() {
        update(1, "ours");
        String ours = directory.read("issue-status.json");
        String theirs = issues("1", "theirs", "3", "c");
        store.acceptForeignWrites(false);
        directory.write("issue-status.json", theirs);

        assertThat(status(1)).isEqualTo("ours");
        assertThat(status(3)).isEqualTo("absent");
        store.poll();

        assertThat(directory.read("issue-status.json")).isEqualTo(ours);
        assertThat(heard).singleElement().satisfies(write -> {
            assertThat(write.records())
                    .containsExactlyInAnyOrder(RecordKey.issue(1), RecordKey.issue(2), RecordKey.issue(3));
            assertThat(write.erasedOurs()).containsOnlyKeys(RecordKey.issue(1));
            assertThat(write.setAside())
                    .isEqualTo(path.toRealPath().resolve(".bridge/foreign/issue-status.json.20250624T120000.000Z"))
                    .hasContent(theirs);
        });
        assertThat(directory.read("issue-status.json.backup")).isNotEqualTo(theirs);
    }

    @Test
    void twoForeignVersionsOfOneInstantAreBothKept() {
        store.acceptForeignWrites(false);
        directory.write("issue-status.json", issues("8", "first"));
        store.poll();
        directory.write("issue-status.json", issues("8", "second"));
        store.poll();
        assertThat(heard)
                .extracting(ForeignWrite::setAside)
                .doesNotHaveDuplicates()
                .hasSize(2);
    }

    @Test
    void aForeignVersionThatCantBeKeptIsNotOverwritten() {
        store.acceptForeignWrites(false);
        String theirs = issues("8", "x");
        directory.write("issue-status.json", theirs);
        directory.disk.fail(
                "No space left on device",
                step -> step.startsWith("link issue-status.json.2025") || step.startsWith("sync foreign"));

        assertThatThrownBy(() -> update(1, "z"))
                .isExactlyInstanceOf(BridgeException.Unavailable.class)
                .hasMessageContaining("can't be kept aside (No space left on device)");

        assertThat(directory.read("issue-status.json")).isEqualTo(theirs);
    }

    @Test
    void theListenerIsToldOutsideAllLocks() {
        store.onForeignWrite(write -> {
            update(9, "from within");
            heard.add(write);
        });
        directory.write("issue-status.json", issues("1", "x"));
        store.poll();
        assertThat(status(9)).isEqualTo("from within");
        assertThat(heard).hasSize(1);
    }

    @Test
    void aListenerThatFailsHarmsNobody() {
        store.onForeignWrite(write -> {
            throw new IllegalStateException("on purpose");
        });
        directory.write("issue-status.json", issues("1", "x"));
        assertThat(status(1)).isEqualTo("x");
    }

    /** A look is not due within the test. */
    @Test
    void aForeignWriteIsNoticedBeforeTheNextLookIsDue() throws Exception {
        CountDownLatch noticed = new CountDownLatch(1);
        Path own = Files.createDirectory(path.resolve("own"));
        Duration never = Duration.ofDays(1);
        try (FileStateManager watching =
                FileStateManager.open(FileOptions.of(own).withIntervals(never, never))) {
            watching.onForeignWrite(write -> noticed.countDown());
            Files.writeString(own.resolve("processed-issues.json"), "[5]");
            assertThat(noticed.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aPeerThatGoesOnFromOursErasesNothing() {
        update(1, "ours");
        ObjectNode issues = Json.copy(Json.parse(directory.read("issue-status.json")));
        ((ObjectNode) issues.at("/issues/1")).put("status", "theirs").put("lastUpdated", "2031-01-01T00:00:00.000Z");
        directory.write("issue-status.json", Json.pretty(issues));

        store.poll();

        assertThat(heard).singleElement().satisfies(write -> {
            assertThat(write.records()).containsExactly(RecordKey.issue(1));
            assertThat(write.erasedOurs()).isEmpty();
        });
    }
}
