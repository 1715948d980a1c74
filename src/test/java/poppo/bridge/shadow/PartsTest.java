package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.journal.JournalOptions;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Fences;
import poppo.bridge.state.Json;
import poppo.bridge.state.MemoryFiles;
import poppo.bridge.state.MemoryRedis;
import poppo.bridge.state.MemoryStateManager;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.TestClock;

/** The small parts, each by itself. */
class PartsTest {
    private static final RecordKey SEVEN = RecordKey.issue(7);

    @TempDir
    Path directory;

    @Nested
    class Dirty {
        private final DirtyRecords dirty = new DirtyRecords(2);

        @Test
        void anOlderMarkCannotCleanANewerOne() {
            dirty.mark(SEVEN, DirtyRecords.Cause.MISSED);
            DirtyRecords.Mark old = dirty.markOf(SEVEN);
            dirty.mark(SEVEN, DirtyRecords.Cause.FOREIGN);

            dirty.clean(SEVEN, old);

            assertThat(dirty.contains(SEVEN)).isTrue();
            dirty.clean(SEVEN, dirty.markOf(SEVEN));
            assertThat(dirty.isEmpty()).isTrue();
        }

        @Test
        void aCollectionMarkedAgainMeanwhileStaysDirty() {
            dirty.markAll();
            long seen = dirty.whole().get(StateCollection.ISSUES);
            dirty.markAll();

            dirty.cleanWhole(StateCollection.ISSUES, seen);
            assertThat(dirty.contains(SEVEN)).isTrue();

            dirty.cleanWhole(StateCollection.ISSUES, dirty.whole().get(StateCollection.ISSUES));
            assertThat(dirty.contains(SEVEN)).isFalse();
            assertThat(dirty.contains(RecordKey.LAST_RUN)).isTrue();
        }

        @Test
        void pastTheLimitTheCollectionIsDirtyAndNoMoreIsRemembered() {
            for (long issue = 1; issue <= 1000; issue++) {
                dirty.mark(RecordKey.issue(issue), DirtyRecords.Cause.MISSED);
            }
            assertThat(dirty.count()).isEqualTo(2);
            assertThat(dirty.wholeCollections()).containsExactly(StateCollection.ISSUES);
            assertThat(dirty.contains(RecordKey.issue(5000))).isTrue();

            dirty.mark(RecordKey.issue(1), DirtyRecords.Cause.UNKNOWN);
            assertThat(dirty.count(DirtyRecords.Cause.UNKNOWN)).isEqualTo(1);
            dirty.forget();
            assertThat(dirty.isEmpty()).isTrue();
        }
    }

    @Nested
    class Lines {
        private JsonLines lines(long maxBytes) {
            return new JsonLines(new Disk(), directory, "x", maxBytes);
        }

        private List<Integer> read(JsonLines lines) {
            return lines.read().stream().map(each -> each.path("n").intValue()).toList();
        }

        private static com.fasterxml.jackson.databind.JsonNode line(int n) {
            return Json.parse("{\"n\":" + n + ",\"text\":\"ü\"}");
        }

        @Test
        void twoFilesHoldTheLatestAndNoMore() throws Exception {
            JsonLines lines = lines(100);
            for (int n = 1; n <= 100; n++) {
                lines.append(line(n));
            }
            List<Integer> read = read(lines);
            assertThat(read).endsWith(99, 100).isSorted();
            assertThat(read.size()).isBetween(5, 20);
            try (var files = Files.list(directory)) {
                assertThat(files).hasSize(2);
            }
        }

        @Test
        void aTornLineIsLeftOutAndTakesTheNextOneNotWithIt() throws Exception {
            JsonLines lines = lines(10_000);
            lines.append(line(1));
            lines.append(line(2));
            byte[] whole = Files.readAllBytes(lines.file());
            int inTheMiddleOfTheLetter = new String(whole, StandardCharsets.ISO_8859_1).lastIndexOf('Ã') + 1;
            Files.write(lines.file(), java.util.Arrays.copyOf(whole, inTheMiddleOfTheLetter));

            assertThat(read(lines)).containsExactly(1);
            lines.append(line(3));
            assertThat(read(lines)).containsExactly(1, 3);
        }

        @Test
        void theAuditJournalGoesOnAfterATornLineWithoutAGap() throws Exception {
            TestClock clock = new TestClock();
            AuditJournal audit = new AuditJournal(new Disk(), directory, clock);
            audit.note("first", "why", Json.object());
            Files.writeString(directory.resolve("audit.jsonl"), "{\"number\":2,\"ev", StandardOpenOption.APPEND);

            AuditJournal next = new AuditJournal(new Disk(), directory, clock);
            next.note("second", "ann", "why", Json.object());

            assertThat(next.read(0, 10))
                    .extracting(entry -> entry.path("number").intValue())
                    .containsExactly(1, 2);
            assertThat(next.read(1, 10)).singleElement().satisfies(entry -> {
                assertThat(entry.path("event").textValue()).isEqualTo("second");
                assertThat(entry.path("who").textValue()).isEqualTo("ann");
            });
            assertThat(next.read(0, 1)).hasSize(1);
        }

        @Test
        void anAuditJournalThatCannotBeWrittenHoldsNobodyUp() throws Exception {
            AuditJournal audit = new AuditJournal(new Disk(), directory, new TestClock());
            Path file = directory.resolve("audit.jsonl");
            Files.createDirectory(file);
            audit.note("lost", "why", Json.object());
            Files.delete(file);
            audit.note("kept", "why", Json.object());

            assertThat(audit.read(0, 10))
                    .singleElement()
                    .satisfies(
                            entry -> assertThat(entry.path("number").intValue()).isEqualTo(1));
        }
    }

    @Nested
    class Stored {
        @Test
        void aStandingComesBackAsItWas() {
            StandingFile file = new StandingFile(new Disk(), directory);
            Standing standing = new Standing(new Rollout(Phase.REDIS_WRITE, 30, 70), 42, true, true, true);
            file.save(standing, new StandingFile.CleanStop(17, "as left"), 5);

            StandingFile.Stored stored = new StandingFile(new Disk(), directory).load();

            assertThat(stored.standing()).isEqualTo(standing.believing(false));
            assertThat(stored.cleanStop()).isEqualTo(new StandingFile.CleanStop(17, "as left"));
            assertThat(stored.acknowledged()).isEqualTo(5);
            file.save(standing, null, 0);
            assertThat(file.load().cleanStop()).isNull();
        }

        @Test
        void whatAnotherCrashLeftBesideItIsNoHindrance() throws Exception {
            Files.writeString(directory.resolve("standing.json.new"), "{half");
            StandingFile file = new StandingFile(new Disk(), directory);
            file.save(Standing.initial(), null, 0);
            assertThat(file.load().standing()).isEqualTo(Standing.initial());
        }

        @Test
        void anEpochNeverFalls() {
            assertThat(Standing.initial().withEpoch(5).withEpoch(3).epoch()).isEqualTo(5);
        }
    }

    @Nested
    class Guarding {
        private final List<String> opened = new ArrayList<>();
        private final Breaker breaker = new Breaker(
                new ShadowOptions(
                        0,
                        JournalOptions.defaults(),
                        Duration.ZERO,
                        Duration.ZERO,
                        10,
                        1,
                        4,
                        Duration.ofMillis(1),
                        Duration.ofMillis(1)),
                opened::add);
        private final Supplier<String> down = () -> {
            throw new BridgeException.Unavailable("down");
        };

        private void fail(Supplier<String> call) {
            assertThatThrownBy(() -> breaker.run(call)).isInstanceOf(BridgeException.class);
        }

        @Test
        void itOpensOnceWhenHalfOfTheLastCallsFailed() {
            fail(down);
            assertThat(breaker.condition().state()).isEqualTo(Breaker.State.CLOSED);
            fail(down);
            assertThat(breaker.condition()).isEqualTo(new Breaker.Condition(Breaker.State.OPEN, "down"));
            assertThatThrownBy(() -> breaker.run(() -> "asked")).hasMessageContaining("its breaker is open");
            breaker.open("again");
            assertThat(opened).containsExactly("down");
        }

        /** The library judges after a success too, when that makes the calls enough to judge by. */
        @Test
        void aSuccessMayBeTheCallThatOpensItAndThatIsToldAsWell() {
            fail(down);
            assertThat(breaker.run(() -> "fine")).isEqualTo("fine");

            assertThat(breaker.condition().state()).isEqualTo(Breaker.State.OPEN);
            assertThat(opened).hasSize(1);
        }

        @Test
        void aLostEpochOpensItAtOnce() {
            fail(() -> {
                throw new BridgeException.Fenced("another epoch");
            });
            assertThat(opened).containsExactly("another epoch");
        }

        @Test
        void whatCannotBeUnderstoodIsNoFailureOfTheServer() {
            for (int i = 0; i < 10; i++) {
                fail(() -> {
                    throw new BridgeException.Corrupt("odd");
                });
            }
            assertThat(breaker.condition().state()).isEqualTo(Breaker.State.CLOSED);
        }

        @Test
        void onlyTheRecoveryClosesIt() {
            breaker.open("lost");
            breaker.recovering(Breaker.State.HALF_OPEN, "asking");
            assertThatThrownBy(() -> breaker.run(() -> "x")).isInstanceOf(BridgeException.Unavailable.class);
            breaker.recovering(Breaker.State.RECONCILING, "carrying");
            assertThat(breaker.condition().state().label()).isEqualTo("reconciling");
            breaker.open("lost again");
            assertThat(opened).containsExactly("lost");
            breaker.close();
            assertThat(breaker.run(() -> "x")).isEqualTo("x");
            assertThat(breaker.condition()).isEqualTo(Breaker.Condition.CLOSED);
            breaker.open("once more");
            assertThat(opened).containsExactly("lost", "once more");
        }

        @Test
        void oneCallTooManyIsRefusedAtOnceAndIsNoFailure() {
            breaker.run(() -> {
                for (int i = 0; i < 10; i++) {
                    assertThatThrownBy(() -> breaker.run(() -> "second"))
                            .hasMessageContaining("as many calls in flight as are allowed");
                }
                return "first";
            });
            assertThat(breaker.condition().state()).isEqualTo(Breaker.State.CLOSED);
        }
    }

    @Nested
    class Walking {
        private final MemoryFiles files = new MemoryFiles();
        private final MemoryRedis redis = new MemoryRedis();

        @BeforeEach
        void fence() {
            Fences.fence(redis, 1);
        }

        private static void put(MemoryStateManager store, RecordKey key, String json) {
            store.replaceAll(List.of(
                    new Replacement(key, Json.parse(json), store.read(key).version(), null, 1)));
        }

        @Test
        void everyRecordThatEitherHasIsMetOnceAcrossPages() {
            Set<Long> left = new TreeSet<>();
            Set<Long> right = new TreeSet<>();
            for (long n = 1; n <= 1500; n++) {
                if (n % 3 != 0 || n > 1200) {
                    put(files, RecordKey.issue(n), "{}");
                    left.add(n);
                }
                if (n % 5 != 0 && n < 900) {
                    put(redis, RecordKey.issue(n), "{}");
                    right.add(n);
                }
            }
            List<Long> met = new ArrayList<>();
            new Pairs(files, redis).walk(StateCollection.ISSUES, chunk -> {
                assertThat(chunk.size()).isLessThanOrEqualTo(2 * Pairs.CHUNK);
                chunk.forEach(pair -> {
                    met.add(pair.key().number());
                    assertThat(pair.file().image() != null)
                            .isEqualTo(left.contains(pair.key().number()));
                    assertThat(pair.redis().image() != null)
                            .isEqualTo(right.contains(pair.key().number()));
                });
            });
            left.addAll(right);
            assertThat(met).doesNotHaveDuplicates().containsExactlyElementsOf(left);
        }

        @Test
        void collectionsInInsertionOrderAndSingleRecordsAreMetToo() {
            for (int i = 0; i < 600; i++) {
                put(i % 2 == 0 ? files : redis, RecordKey.runningTask("t" + i), "{}");
            }
            List<RecordKey> met = new ArrayList<>();
            Pairs pairs = new Pairs(files, redis);
            pairs.walk(StateCollection.RUNNING_TASKS, chunk -> chunk.forEach(pair -> met.add(pair.key())));
            pairs.walk(StateCollection.LAST_RUN, chunk -> chunk.forEach(pair -> met.add(pair.key())));

            assertThat(met).hasSize(601).doesNotHaveDuplicates().contains(RecordKey.LAST_RUN);
        }
    }

    @Test
    void theWayBetweenTwoPhasesPassesEveryPhaseBetween() {
        assertThat(Rollout.of(Phase.FILE).stepsTo(new Rollout(Phase.REDIS_WRITE, 100, 20)))
                .containsExactly(
                        Rollout.of(Phase.DUAL_WRITE),
                        Rollout.of(Phase.REDIS_READ),
                        new Rollout(Phase.REDIS_WRITE, 100, 20));
        assertThat(Rollout.of(Phase.REDIS_ONLY).stepsTo(Rollout.of(Phase.REDIS_READ)))
                .containsExactly(Rollout.of(Phase.REDIS_WRITE), Rollout.of(Phase.REDIS_READ));
        assertThat(Rollout.of(Phase.FILE).stepsTo(Rollout.of(Phase.FILE))).isEmpty();
        assertThatThrownBy(() -> new Rollout(Phase.FILE, -1, 0)).isInstanceOf(BridgeException.Invalid.class);
        assertThatThrownBy(() -> new Rollout(Phase.FILE, 0, 101)).hasMessageContaining("writePercent");
        assertThat(new Rollout(Phase.REDIS_WRITE, 100, 20)).hasToString("redis-write at 20 %");
    }
}
