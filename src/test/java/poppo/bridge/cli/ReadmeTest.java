package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import poppo.bridge.shadow.Phase;

class ReadmeTest {
    private static final Path README = Path.of("README.md");

    @Test
    void namesEverySettingWithItsDefaultAndMeaning() throws Exception {
        List<String> lines = Files.readAllLines(README);
        for (Setting setting : Setting.values()) {
            String value = setting.defaultValue();
            String end = "| " + (value == null ? "" : "`" + value + "`") + " | " + setting.meaning() + " |";
            assertThat(lines)
                    .as(setting.key())
                    .anyMatch(line -> line.startsWith("| `" + setting.key() + "`") && line.endsWith(end));
        }
    }

    @Test
    void namesEveryPhase() throws Exception {
        String readme = Files.readString(README);
        for (Phase phase : Phase.values()) {
            assertThat(readme).contains("| `" + phase.label() + "` |");
        }
    }
}
