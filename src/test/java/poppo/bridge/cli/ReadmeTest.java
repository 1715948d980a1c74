package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import poppo.bridge.shadow.Phase;

class ReadmeTest {
    private static final Path README = Path.of("README.md");

    @Test
    void itsTableOfSettingsIsTheGeneratedOne() throws Exception {
        String table = CommandRun.of("config", "--markdown").out();
        assertThat(table.lines()).hasSize(Setting.values().length + 2);
        assertThat(Files.readString(README)).contains(table);
    }

    @Test
    void namesEveryPhase() throws Exception {
        String readme = Files.readString(README);
        for (Phase phase : Phase.values()) {
            assertThat(readme).contains("| `" + phase.label() + "` |");
        }
    }
}
