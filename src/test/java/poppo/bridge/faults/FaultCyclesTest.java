package poppo.bridge.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Some twenty cycles of faults on real servers; {@link FaultsNightlyTest} has ten times as many. */
@Timeout(600)
final class FaultCyclesTest {
    /** What hurts most in each phase. */
    private static final List<Planned> PLAN = List.of(
            new Planned(PhaseUnderTest.REDIS_WRITE, Fault.REDIS_KILLED),
            new Planned(PhaseUnderTest.REDIS_WRITE, Fault.REDIS_RESTARTED_EMPTY),
            new Planned(PhaseUnderTest.REDIS_WRITE, Fault.REDIS_RESTARTED_OLD),
            new Planned(PhaseUnderTest.REDIS_WRITE, Fault.REDIS_FROZEN),
            new Planned(PhaseUnderTest.REDIS_WRITE, Fault.REDIS_OUT_OF_MEMORY),
            new Planned(PhaseUnderTest.REDIS_WRITE, Fault.REDIS_READ_ONLY),
            new Planned(PhaseUnderTest.REDIS_WRITE, Fault.NETWORK_SLOW),
            new Planned(PhaseUnderTest.REDIS_WRITE, Fault.NETWORK_BLACK_HOLE),
            new Planned(PhaseUnderTest.REDIS_WRITE, Fault.BRIDGE_KILLED_REDIS_FROZEN),
            new Planned(PhaseUnderTest.REDIS_READ, Fault.REDIS_PAUSED),
            new Planned(PhaseUnderTest.REDIS_READ, Fault.NETWORK_HALF_CLOSED),
            new Planned(PhaseUnderTest.REDIS_READ, Fault.REDIS_FLUSHED),
            new Planned(PhaseUnderTest.DUAL_WRITE, Fault.REDIS_ASLEEP),
            new Planned(PhaseUnderTest.DUAL_WRITE, Fault.NETWORK_CUT),
            new Planned(PhaseUnderTest.REDIS_ONLY, Fault.REDIS_RESTARTED_EMPTY),
            new Planned(PhaseUnderTest.REDIS_ONLY, Fault.REDIS_RESTARTED_OLD),
            new Planned(PhaseUnderTest.REDIS_ONLY, Fault.NETWORK_SLOW));

    private static final List<Planned> ON_SMALL_DISK = List.of(
            new Planned(PhaseUnderTest.REDIS_WRITE, Fault.DISK_FULL),
            new Planned(PhaseUnderTest.REDIS_WRITE, Fault.DISK_READ_ONLY),
            new Planned(PhaseUnderTest.REDIS_READ, Fault.DISK_FULL));

    private static final List<Planned> OF_THE_DIRECTORY = List.of(
            new Planned(PhaseUnderTest.REDIS_WRITE, Fault.DIRECTORY_GONE),
            new Planned(PhaseUnderTest.DUAL_WRITE, Fault.DIRECTORY_GONE));

    @TempDir
    Path directory;

    private final long seed = Long.getLong("faults.seed", System.nanoTime());
    private final FaultReport report = new FaultReport(seed);

    private void run(StateHome home, List<Planned> plan) throws Exception {
        try (Campaign campaign =
                new Campaign(directory.resolve("rig"), home, plan.get(0).phase(), seed, report::add)) {
            for (Planned planned : plan) {
                campaign.run(planned.phase(), planned.fault());
            }
            report.add("in the end", campaign.readAsLegacyClasses());
        }
        assertThat(report.findings().isEmpty())
                .as("kept with -Dfaults.seed=%d\n%s", seed, report.toMarkdown())
                .isTrue();
        assertThat(report.cycles()).isEqualTo(plan.size());
    }

    @Test
    void noFaultBreaksAPromise() throws Exception {
        run(StateHome.plain(directory.resolve("plain")), PLAN);
    }

    @Test
    void aDeletedStateDirectoryInventsAndLosesNothing() throws Exception {
        run(StateHome.plain(directory.resolve("plain")), OF_THE_DIRECTORY);
    }

    @Test
    void noFaultOfTheFileSystemBreaksAPromise() throws Exception {
        Optional<String> refusal = StateHome.mountRefusal(directory.resolve("scratch"));
        assumeTrue(refusal.isEmpty(), () -> "no file system can be mounted here: " + refusal.orElse(""));
        run(StateHome.onSmallFileSystem(directory.resolve("small")), ON_SMALL_DISK);
    }
}
