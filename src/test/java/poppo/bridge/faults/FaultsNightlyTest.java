package poppo.bridge.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every fault in every phase, in rounds, on real servers, in an order that the seed chooses; the report is in
 * {@code target/fault-report.md}. A rig that a broken promise has left in disorder is replaced by a new one, so that each
 * finding stands for itself.
 *
 * <p>{@code -Dfaults.seed=N} repeats an order, {@code -Dfaults.rounds=N} changes how often, {@code -Dfaults.only=REGEX}
 * runs only the cycles whose {@code FAULT in PHASE} matches.
 */
@Tag("nightly")
@Timeout(3600)
final class FaultsNightlyTest {
    private static final int MIN_CYCLES = 200;

    @TempDir
    Path directory;

    private final long seed = Long.getLong("faults.seed", System.nanoTime());
    private final int rounds = Integer.getInteger("faults.rounds", 3);
    private final String only = System.getProperty("faults.only", ".*");
    private final FaultReport report = new FaultReport(seed);
    private int rigs;

    @Test
    void noFaultInAnyPhaseBreaksAPromise() throws Exception {
        Optional<String> refusal = StateHome.mountRefusal(directory.resolve("scratch"));
        Random random = new Random(seed);
        for (int round = 0; round < rounds; round++) {
            List<Planned> onDisk = plan(random, false);
            List<Planned> onSmallFileSystem = plan(random, true);
            run(onDisk, false);
            if (refusal.isEmpty()) {
                run(onSmallFileSystem, true);
            } else {
                onSmallFileSystem.forEach(each -> report.notRun(each.phase(), each.fault(), refusal.get()));
            }
            ReportFile.write("1-cycles", report.toMarkdown());
        }
        assertThat(report.findings())
                .as("broken with -Dfaults.seed=%d; see target/fault-report.md", seed)
                .isEmpty();
        if (only.equals(".*")) {
            assertThat(report.cycles()).isGreaterThanOrEqualTo(MIN_CYCLES);
        }
    }

    private List<Planned> plan(Random random, boolean ofDisk) {
        List<Planned> plan = new ArrayList<>(Planned.all(random, part -> (part == Fault.Part.DISK) == ofDisk));
        plan.removeIf(each -> !(each.fault() + " in " + each.phase()).matches(only));
        return plan;
    }

    private void run(List<Planned> plan, boolean onSmallFileSystem) throws IOException, InterruptedException {
        for (int done = 0; done < plan.size(); ) {
            done += runOnOneRig(plan.subList(done, plan.size()), onSmallFileSystem);
        }
    }

    /** @return how many were run: all, or up to one that left disorder behind */
    private int runOnOneRig(List<Planned> plan, boolean onSmallFileSystem) throws IOException, InterruptedException {
        Path root = directory.resolve("rig-" + ++rigs);
        StateHome home = onSmallFileSystem
                ? StateHome.onSmallFileSystem(root.resolve("home"))
                : StateHome.plain(root.resolve("home"));
        int done = 0;
        try (Campaign campaign = new Campaign(root, home, plan.get(0).phase(), seed + rigs, report::add)) {
            int before = report.findings().size();
            for (Planned planned : plan) {
                done++;
                try {
                    campaign.run(planned.phase(), planned.fault());
                } catch (AssertionError | RuntimeException e) {
                    report.add(
                            planned.toString(), List.of(new Finding(Finding.Kind.NOT_CONVERGED, e + campaign.words())));
                }
                if (report.findings().size() > before) {
                    return done;
                }
            }
            report.add("after " + plan.get(plan.size() - 1), campaign.readAsLegacyClasses());
        }
        return done;
    }
}
