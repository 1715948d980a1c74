package poppo.bridge.replay;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Function;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.LocalStateManager;

/**
 * Where a project is recorded.
 *
 * @param stateDirectory whose files others may write
 * @param recordings where recordings go unless another directory is named; made when it is needed
 * @param opener opens a state directory that nobody else uses, without upkeep of its own
 * @param queue how many calls may wait to be written: when it is full the recording ends, so that no worker waits
 * @param room how many bytes must stay free on the disk: with fewer the recording ends, so that the workers' writes go on
 * @param syncEvery how much of the end of a recording a power cut may take
 */
public record RecordingSite(
        Path stateDirectory,
        Path recordings,
        Function<Path, LocalStateManager> opener,
        Clock clock,
        Disk disk,
        int queue,
        long room,
        Duration syncEvery) {
    /** With the usual bounds: 16,384 calls, 256 MiB, a second. */
    public static RecordingSite of(
            Path stateDirectory, Path bridgeDirectory, Function<Path, LocalStateManager> opener, Clock clock) {
        return new RecordingSite(
                stateDirectory,
                bridgeDirectory.resolve("recordings"),
                opener,
                clock,
                new Disk(),
                16_384,
                256L << 20,
                Duration.ofSeconds(1));
    }
}
