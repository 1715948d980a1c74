package poppo.bridge.file;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.StateManagerContract;
import poppo.bridge.state.TestClock;

/** The file store keeps the whole contract. */
class FileStateManagerContractTest extends StateManagerContract {
    @TempDir
    Path directory;

    @Override
    public StateManager open(TestClock clock) {
        return FileStateManager.open(FileOptions.of(directory).withClock(clock).withoutSchedule());
    }
}
