package poppo.bridge.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.machine.Disk;
import poppo.bridge.shadow.Phase;
import poppo.bridge.state.StateCollection;

/**
 * A diff that was stopped and goes on, over the real stores, which know best what a plain client made. The time-out only ends
 * a run that hangs.
 */
@Timeout(120)
class ResumedDiffTest {
    /** More than lie between two checkpoints, with a number free between each two. */
    private static final long ISSUES = 9_000;

    @TempDir
    Path root;

    @Test
    void whatPlainClientsMadeBehindTheCheckpointIsMetOnceAllTheSame() {
        try (Rig rig = new Rig(root)) {
            rig.write(
                    "issue-status.json",
                    LongStream.rangeClosed(1, ISSUES)
                            .mapToObj(n -> "\"" + 2 * n + "\":{\"status\":\"completed\"}")
                            .collect(Collectors.joining(",", "{\"issues\":{", "},\"lastSync\":null}")));
            rig.at(Phase.DUAL_WRITE);
            for (long made : List.of(7L, 2 * ISSUES + 7)) {
                rig.redis.hset("issue:" + made, Map.of("status", "processing", "processId", "x"));
                rig.redis.sadd("processing_issues", Long.toString(made));
            }
            // What both have and a plain client listed: met by number, and again at the end.
            rig.redis.hset("issue:8", "status", "processing");
            rig.redis.sadd("processing_issues", "8");
            Reports reports = new Reports(new Disk(), root);
            assertThatThrownBy(() -> diff(rig).notingTo(reports::note).run(null, compared -> {
                        if (compared > 8_500) {
                            throw new CancellationException();
                        }
                    }))
                    .isInstanceOf(CancellationException.class);
            DiffTally.Checkpoint left = reports.unfinished().orElseThrow();
            assertThat(left.collection()).isEqualTo(StateCollection.ISSUES);
            assertThat(Long.parseLong(String.valueOf(left.after()))).isGreaterThan(8_192);

            DiffReport resumed = diff(rig).run(left, compared -> {});

            DiffReport whole = diff(rig).run(null, compared -> {});
            assertThat(places(resumed)).containsExactlyInAnyOrderElementsOf(places(whole));
            assertThat(places(whole))
                    .containsExactlyInAnyOrder(
                            "8/status different", "7 missing-in-file", 2 * ISSUES + 7 + " missing-in-file");
            Count issues = resumed.counts().get(StateCollection.ISSUES);
            assertThat(issues.compared).isEqualTo(ISSUES + 2);
            assertThat(issues.equal).isEqualTo(ISSUES - 1);
        }
    }

    private static Diff diff(Rig rig) {
        return new Diff(rig.state, Clock.systemUTC(), rest -> {}, List.of(), new Diff.Order("d", Repair.NONE, false));
    }

    private static List<String> places(DiffReport report) {
        return report.differences().stream()
                .map(Found::difference)
                .map(each ->
                        each.key().id() + each.pointer() + " " + each.kind().label())
                .toList();
    }
}
