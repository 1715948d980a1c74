package poppo.bridge.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.cli.ReplayGrounds;

/**
 * The fixtures in the repository are what their seeds make. To write them anew, after a change of {@link Scripts}:
 *
 * <pre>mvn test -Dtest=FixtureGeneratorTest -Dfixtures.regenerate=true</pre>
 */
class FixtureGeneratorTest {
    private static final Path FIXTURES = Path.of("fixtures");
    private static Ground ground;
    private static Replay replay;

    @TempDir
    Path directory;

    @BeforeAll
    static void open() throws IOException {
        ground = ReplayGrounds.own(false);
        replay = new Replay(new Replay.Means(ground, Tempo.FLAT_OUT, FaultSchedule.NONE));
    }

    @AfterAll
    static void close() {
        replay.close();
        ReplayGrounds.close(ground);
    }

    @TestFactory
    Stream<DynamicTest> aFixtureIsWhatItsSeedMakes() {
        return Scripts.all().values().stream()
                .map(made -> DynamicTest.dynamicTest(made.script().name, () -> check(made)));
    }

    private void check(Scripts.Made made) throws Exception {
        Path kept = FIXTURES.resolve(made.script().name);
        Path fresh = directory.resolve(made.script().name);
        if (made.readme().isEmpty()) {
            Content.copy(kept.resolve("before"), fresh.resolve("before"));
        }
        made.script().write(fresh, made.readme());
        replay.update(FixtureReader.read(fresh));
        if (Boolean.getBoolean("fixtures.regenerate")) {
            take(fresh, kept);
        }
        Map<String, String> expected = contents(kept);
        expected.keySet()
                .removeIf(name -> name.equals("faults.json") || made.readme().isEmpty() && name.equals("README.md"));
        assertThat(contents(fresh)).containsExactlyEntriesOf(expected);
    }

    private static void take(Path fresh, Path kept) throws IOException {
        for (Map.Entry<String, String> file : contents(fresh).entrySet()) {
            Path target = kept.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.write(target, file.getValue().getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static Map<String, String> contents(Path directory) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(
                        directory.relativize(file).toString(),
                        new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }
}
