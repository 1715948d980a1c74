package poppo.bridge.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.machine.Disk;
import poppo.bridge.shadow.Bridge;
import poppo.bridge.shadow.Moved;
import poppo.bridge.shadow.Pair;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Call;
import poppo.bridge.state.Json;
import poppo.bridge.state.MemoryStateManager;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/** One diff, its rounds, its rules and its proof that it sees. The time-out only ends a run that hangs. */
@Timeout(120)
class DiffTest {
    private static final RecordKey SEVEN = RecordKey.issue(7);

    @TempDir
    Path directory;

    private Bridge bridge;
    private final List<Duration> rests = new ArrayList<>();

    private void open() {
        bridge = Bridge.open(directory, Phase.DUAL_WRITE);
    }

    @AfterEach
    void close() {
        bridge.close();
    }

    private static void put(MemoryStateManager store, RecordKey key, String json) {
        Replacement copy = new Replacement(
                key, json == null ? null : Json.parse(json), store.read(key).version(), null, 1);
        assertThat(store.replaceAll(List.of(copy))).containsExactly(true);
    }

    private Diff diff(Repair repair, NoiseRule... rules) {
        return new Diff(bridge.state, bridge.clock, rests::add, List.of(rules), new Diff.Order("d", repair, false));
    }

    private DiffReport run(NoiseRule... rules) {
        return diff(Repair.NONE, rules).run(null, compared -> {});
    }

    // ---- rounds

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatSettlesWhileItRestsIsNoDifference(int rest) {
        open();
        put(bridge.files, SEVEN, "{\"status\":\"a\"}");
        Pause pause = time -> {
            rests.add(time);
            if (rests.size() == rest) {
                put(bridge.redis, SEVEN, "{\"status\":\"a\"}");
            }
        };

        DiffReport report = new Diff(
                        bridge.state, bridge.clock, pause, List.of(), new Diff.Order("d", Repair.NONE, false))
                .run(null, compared -> {});

        assertThat(report.verdict()).isEqualTo("consistent");
        assertThat(report.counts().get(StateCollection.ISSUES).equal).isEqualTo(1);
        assertThat(rests).hasSize(rest);
    }

    @Test
    void itRestsOnlyWhereSomethingDiffersAndLongerTheSecondTime() {
        open();
        put(bridge.files, RecordKey.issue(1), "{\"status\":\"a\"}");
        put(bridge.redis, RecordKey.issue(1), "{\"status\":\"a\"}");
        assertThat(run().verdict()).isEqualTo("consistent");
        assertThat(rests).isEmpty();

        put(bridge.files, SEVEN, "{\"status\":\"a\"}");
        assertThat(run().verdict()).isEqualTo("inconsistent");
        assertThat(rests).hasSize(2);
        assertThat(rests.get(1)).isGreaterThan(rests.get(0));
    }

    // ---- order

    private static void place(MemoryStateManager store, String... ids) {
        for (int i = 0; i < ids.length; i++) {
            RecordKey key = RecordKey.runningTask(ids[i]);
            // One that is there would stay in its place.
            put(store, key, null);
            String version = store.read(key).version();
            assertThat(store.replaceAll(List.of(new Replacement(key, Json.object(), version, null, 10 + i))))
                    .containsExactly(true);
        }
    }

    private long misplaced() {
        return run().noise().stream()
                .filter(rule -> rule.name().equals("order"))
                .mapToLong(Noise::count)
                .sum();
    }

    @Test
    void whatStandsInAnotherOrderIsCountedAndWhatOneSideLacksHasNoSay() {
        open();
        place(bridge.files, "d", "only-file", "c", "b", "a");
        place(bridge.redis, "only-redis", "d", "c", "b", "a");
        assertThat(misplaced()).isZero();

        place(bridge.redis, "a", "c", "d", "b");
        assertThat(misplaced()).isEqualTo(2);
    }

    @Test
    void tasksThatTheFilesListByNumberAreNotHeldAgainstTheirOrder() {
        open();
        place(bridge.files, "7", "12", "x", "007");
        place(bridge.redis, "x", "12", "7", "007");

        assertThat(misplaced()).isZero();
    }

    @Test
    void whatStandsInOrderWhenItIsLookedAtAgainIsNotMisplaced() {
        open();
        place(bridge.files, "a", "b");
        place(bridge.redis, "b", "a");
        List<Pair> seen = bridge.state.pairs(List.of(RecordKey.runningTask("a"), RecordKey.runningTask("b")));
        Sequence changing = new Sequence(keys -> {
            place(bridge.redis, "a", "b");
            return bridge.state.pairs(keys);
        });
        changing.next(seen);

        assertThat(changing.misplaced()).isZero();
    }

    // ---- three ways

    @Test
    void theSideThatLeftWhatBothAgreedOnIsToldAlsoAfterARestart() {
        open();
        for (long issue = 1; issue <= 4; issue++) {
            put(bridge.files, RecordKey.issue(issue), "{\"status\":\"a\"}");
            put(bridge.redis, RecordKey.issue(issue), "{\"status\":\"a\"}");
        }
        run();
        bridge.close();
        bridge = bridge.reopen();
        bridge.keepLater();
        put(bridge.files, RecordKey.issue(1), "{\"status\":\"b\"}");
        put(bridge.redis, RecordKey.issue(2), "{\"status\":\"b\"}");
        put(bridge.files, RecordKey.issue(3), "{\"status\":\"b\"}");
        put(bridge.redis, RecordKey.issue(3), "{\"status\":\"c\"}");
        put(bridge.files, RecordKey.issue(4), null);
        put(bridge.files, RecordKey.issue(5), "{\"status\":\"a\"}");
        put(bridge.redis, RecordKey.issue(5), "{\"status\":\"b\"}");

        assertThat(run().differences())
                .extracting(found -> found.cause().moved())
                .containsExactly(Moved.FILE, Moved.REDIS, Moved.BOTH, Moved.FILE, Moved.UNKNOWN);
    }

    // ---- noise

    private NoiseRule rule(String pointer, Instant expires) {
        return new NoiseRule(
                "odd-field", "written by the old exporter", "ann", expires, StateCollection.ISSUES, pointer);
    }

    @Test
    void aRuleCoversItsFieldAndNothingElseAndIsCounted() {
        open();
        NoiseRule rule = rule("/odd/*", bridge.clock.instant().plusSeconds(60));
        put(bridge.files, SEVEN, "{\"status\":\"a\",\"odd\":{\"x\":1,\"y\":1}}");
        put(bridge.redis, SEVEN, "{\"status\":\"a\",\"odd\":{\"x\":2,\"y\":2}}");

        DiffReport covered = run(rule);
        assertThat(covered.verdict()).isEqualTo("consistent");
        assertThat(covered.counts().get(StateCollection.ISSUES).noise).isEqualTo(1);
        assertThat(covered.noise())
                .contains(
                        new Noise(rule.name(), rule.reason(), "ann", poppo.bridge.state.Stamp.time(rule.expires()), 2));

        put(bridge.redis, SEVEN, "{\"status\":\"b\",\"odd\":{\"x\":2,\"y\":2}}");
        DiffReport partly = run(rule);
        assertThat(partly.differences())
                .extracting(found -> found.difference().pointer())
                .containsExactly("/status");

        put(bridge.redis, SEVEN, null);
        assertThat(run(rule).counts().get(StateCollection.ISSUES).missingInRedis)
                .isEqualTo(1);
    }

    @Test
    void rulesSurviveARestartExpireAndHoldRedisOnlyUp() {
        open();
        Migration migration = migration();
        migration.backfillNow(compared -> {});
        ObjectNode json = rule("/odd", bridge.clock.instant().plusSeconds(60)).toJson();
        migration.noiseRules().add(json);
        assertThatThrownBy(() -> migration.noiseRules().add(json))
                .isInstanceOf(BridgeException.Conflict.class)
                .hasMessageContaining("there is a noise rule 'odd-field'");
        put(bridge.files, SEVEN, "{\"status\":\"a\",\"odd\":1}");
        put(bridge.redis, SEVEN, "{\"status\":\"a\",\"odd\":2}");

        Migration again = migration();
        assertThat(again.noiseRules().all()).extracting(NoiseRule::name).containsExactly("odd-field");
        assertThatThrownBy(() -> again.change(Rollout.of(Phase.REDIS_ONLY), Bounds.DEFAULT, false, "ann", "now"))
                .isInstanceOf(GateFailed.class)
                .hasMessageContaining("noise-rules is odd-field, asked is none live");

        bridge.clock.advance(Duration.ofSeconds(60));
        assertThat(again.noiseRules().live()).isEmpty();
        assertThat(again.noiseRules().remove("odd-field")).isTrue();
        assertThat(again.noiseRules().remove("odd-field")).isFalse();
        assertThat(migration().noiseRules().all()).isEmpty();
    }

    private Migration migration() {
        return new Migration(
                bridge.state, bridge.audit, List::of, new Evidence(), bridge.clock, bridge.disk, directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/*", "/**", "/planted", "/p*d/a", "status", ""})
    void aRuleThatWouldHideEverythingOrSaysNothingIsRefused(String pointer) {
        open();
        Instant later = bridge.clock.instant().plusSeconds(60);
        assertThatThrownBy(() -> rule(pointer, later))
                .isInstanceOf(BridgeException.Invalid.class)
                .hasMessageStartingWith("pointer: ");
    }

    @Test
    void aRuleOfThePastOrWithoutATimeIsRefused() {
        open();
        NoiseRules rules = migration().noiseRules();
        assertThatThrownBy(() -> rules.add(rule("/odd", bridge.clock.instant())))
                .hasMessage("expires: must lie in the future");
        ObjectNode never = rule("/odd", bridge.clock.instant().plusSeconds(9)).toJson();
        never.remove("expires");
        assertThatThrownBy(() -> rules.add((JsonNode) never)).hasMessageStartingWith("expires: must be a time");
    }

    // ---- what it plants

    @Test
    void whatIsPlantedIsFoundInEveryCollectionAndCountsNowhere() {
        open();
        DiffReport report = run();
        assertThat(report.planted()).isEqualTo(new Planted.Tally(4 * 7 + 1, 29, 0));
        assertThat(report.compared()).isZero();
        assertThat(report.differences()).isEmpty();
        assertThat(bridge.redis.calls()).extracting(Call::method).doesNotContain("replaceAll");
    }

    @Test
    void aDiffThatMissesWhatItPlantedOrMakesSomethingUpIsVoid() {
        open();
        Planted planted = new Planted();
        var pairs = planted.in(StateCollection.ISSUES);
        assertThat(planted.tally()).isEqualTo(new Planted.Tally(4, 0, 0));
        pairs.forEach(pair -> planted.found(pair.compare().differences()));
        assertThat(planted.tally().holds()).isTrue();
        planted.found(
                List.of(new poppo.bridge.shadow.Difference(pairs.get(4).key(), "/planted/1", null, Json.number(1))));
        assertThat(planted.tally()).isEqualTo(new Planted.Tally(4, 4, 1));

        DiffReport good = run();
        assertThat(with(good, new Planted.Tally(29, 28, 0), List.of()).verdict())
                .isEqualTo("void");
        assertThat(with(good, new Planted.Tally(29, 29, 1), List.of()).verdict())
                .isEqualTo("void");
        assertThat(with(good, good.planted(), List.of("last-run of the files")).verdict())
                .isEqualTo("void");
        assertThat(with(good, good.planted(), List.of("last-run of the files")).isConsistent())
                .isFalse();
    }

    private static DiffReport with(DiffReport report, Planted.Tally planted, List<String> unread) {
        return new DiffReport(
                report.header(), report.counts(), report.differences(), report.noise(), planted, unread, report.past());
    }

    /** A scratch record that doesn't come back as it was written: then no record of Redis can be believed. */
    @Test
    void aCodecThatSpoilsWhatItReadsMakesTheDiffVoid() {
        open();
        MemoryStateManager spoiling = new MemoryStateManager() {
            @Override
            public Versioned read(RecordKey key) {
                Versioned read = super.read(key);
                return read.image() == null
                        ? read
                        : new Versioned(key, Json.object().put("pid", 7), read.version(), 0, read.served());
            }
        };
        Planted planted = new Planted();
        planted.through(spoiling).forEach(pair -> planted.found(pair.compare().differences()));
        assertThat(planted.tally().holds()).isFalse();

        Planted good = new Planted();
        good.through(new MemoryStateManager())
                .forEach(pair -> good.found(pair.compare().differences()));
        assertThat(good.tally()).isEqualTo(new Planted.Tally(1, 1, 0));
    }

    // ---- repair

    @Test
    void aDryRunTellsTheRepairAndWritesNothing() {
        open();
        put(bridge.files, SEVEN, "{\"status\":\"a\",\"x\":1}");
        put(bridge.redis, SEVEN, "{\"status\":\"b\"}");
        bridge.files.forgetCalls();
        bridge.redis.forgetCalls();

        DiffReport report = new Diff(
                        bridge.state, bridge.clock, rests::add, List.of(), new Diff.Order("d", Repair.FILE, true))
                .run(null, compared -> {});

        assertThat(report.verdict()).isEqualTo("inconsistent");
        assertThat(report.differences())
                .extracting(Found::fix)
                .containsExactly(
                        new Fix("file", Fix.WOULD_REPAIR, Json.text("a"), null),
                        new Fix("file", Fix.WOULD_REPAIR, Json.number(1), null));
        assertThat(bridge.redis.calls()).extracting(Call::method).containsOnly("read", "readAll", "page");
        assertThat(bridge.files.calls()).extracting(Call::method).containsOnly("read", "readAll", "page");
        assertThat(directory.resolve("agreed.bin")).doesNotExist();
        assertThat(diff(Repair.FILE).run(null, compared -> {}).differences())
                .extracting(found -> found.fix().outcome())
                .containsOnly(Fix.REPAIRED);
    }

    /** Somebody wrote between the last look and the repair: what he wrote is not overwritten. */
    @Test
    void aRepairOverwritesNothingNewerThanWhatItReports() {
        open();
        put(bridge.files, SEVEN, "{\"status\":\"a\"}");
        put(bridge.redis, SEVEN, "{\"status\":\"b\"}");
        var seen = bridge.state.pair(SEVEN);
        put(bridge.redis, SEVEN, "{\"status\":\"newer\"}");

        assertThat(bridge.state.repairs().repair(seen, null).refusal()).contains("has changed since it was compared");
        assertThat(bridge.redis.read(SEVEN).image().path("status").textValue()).isEqualTo("newer");
    }

    // ---- stopped and resumed

    @Test
    void stoppedFiveTimesAnywhereAndResumedItTellsTheSame() {
        open();
        SplittableRandom random = new SplittableRandom(4);
        LongStream.rangeClosed(1, 12_000).forEach(issue -> {
            String image = "{\"status\":\"s" + issue % 7 + "\"}";
            put(bridge.files, RecordKey.issue(issue), image);
            if (issue % 1000 != 0) {
                put(bridge.redis, RecordKey.issue(issue), image);
            }
        });
        put(bridge.redis, RecordKey.processedIssue(3), "3");
        put(bridge.files, RecordKey.runningTask("t"), "{}");
        DiffReport whole = run();
        Reports reports = new Reports(new Disk(), directory);

        int stops = 0;
        DiffReport resumed = null;
        while (resumed == null) {
            long limit = stops < 5 ? random.nextInt(12_000) : Long.MAX_VALUE;
            DiffTally.Checkpoint from =
                    new Reports(new Disk(), directory).unfinished().orElse(null);
            try {
                resumed = diff(Repair.NONE).notingTo(reports::note).run(from, compared -> {
                    if (compared > limit) {
                        throw new CancellationException();
                    }
                });
            } catch (CancellationException stopped) {
                stops++;
            }
        }

        assertThat(stops).isEqualTo(5);
        assertThat(resumed.header().resumed()).isPositive();
        assertThat(resumed.differing()).isEqualTo(14);
        assertThat(comparable(resumed)).isEqualTo(comparable(whole));
    }

    private static JsonNode comparable(DiffReport report) {
        ObjectNode json = report.toJson();
        json.remove(List.of("time", "tookMillis", "resumed"));
        return json;
    }

    @Test
    void nothingToResumeIsSaidSo() throws Exception {
        open();
        try (Migration migration = migration()) {
            Migration.DiffRequest resume = new Migration.DiffRequest(Repair.NONE, false, true);
            assertThatThrownBy(() -> migration.diff(resume, "ann"))
                    .isInstanceOf(BridgeException.Conflict.class)
                    .hasMessageContaining("no diff was stopped");

            Job job = migration.diff(Repair.NONE, "ann").await();
            assertThat(job.state()).isEqualTo(Job.State.DONE);
            assertThatThrownBy(() -> migration.diff(resume, "ann")).hasMessageContaining("no diff was stopped");
            assertThat(Files.list(directory.resolve("reports"))).hasSize(1);
        }
    }
}
