package poppo.bridge.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.cli.ReplayGrounds;
import poppo.bridge.machine.Disk;
import poppo.bridge.shadow.ShadowOptions;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.Json;
import poppo.bridge.state.LocalStateManager;

/** One character changed in what a fixture expects, or in what the bridge makes of it, is found and named. */
class ReplayMutationTest {
    private static final int POSITIONS = 12;
    private static final Path ORIGINAL = Path.of("fixtures", "state-2025-06-24");
    private static Ground ground;
    private static Replay replay;

    @TempDir
    Path directory;

    private Path fixture;

    @BeforeAll
    static void open() throws IOException {
        ground = ReplayGrounds.own(false);
        replay = on(ground);
    }

    private static Replay on(Ground other) {
        return new Replay(new Replay.Means(other, Tempo.FLAT_OUT, FaultSchedule.NONE));
    }

    @AfterAll
    static void close() {
        replay.close();
        ReplayGrounds.close(ground);
    }

    @BeforeEach
    void copy() {
        fixture = directory.resolve("copy");
        Content.copy(ORIGINAL, fixture);
    }

    private List<Difference> differences(Course course) throws InterruptedException {
        return replay.run(FixtureReader.read(fixture), List.of(course), false)
                .outcomes()
                .get(0)
                .differences();
    }

    @Test
    void theCopyItselfComesOutAsItSays() throws Exception {
        assertThat(differences(Course.FILES)).isEmpty();
        assertThat(differences(Course.REDIS)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aCharacterInAnAnswer(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        Path file = fixture.resolve("operations.jsonl");
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < POSITIONS / 3; i++) {
            int line = 1 + random.nextInt(lines.size() - 1);
            String before = lines.get(line);
            int from = before.indexOf("\"answer\":{") + "\"answer\":{".length();
            int at = letter(before, from, before.length(), random);
            if (at < 0) {
                continue;
            }
            List<String> changed = new ArrayList<>(lines);
            changed.set(line, other(before, at));
            Files.write(file, changed);
            String what = "operation " + line + ", ";
            assertThat(differences(Course.FILES))
                    .as("line %d, column %d: %s", line + 1, at + 1, before)
                    .singleElement()
                    .satisfies(found -> assertThat(found.place()).isEqualTo("operations.jsonl:" + (line + 1)))
                    .satisfies(found -> assertThat(found.what()).startsWith(what));
        }
    }

    @Test
    void aCharacterInAFileAfter() throws Exception {
        SplittableRandom random = new SplittableRandom(4);
        List<Path> files;
        try (Stream<Path> found = Files.walk(fixture.resolve("after"))) {
            files = found.filter(Files::isRegularFile).sorted().toList();
        }
        assertThat(files).hasSizeGreaterThan(10);
        for (int i = 0; i < POSITIONS; i++) {
            Path file = files.get(i < 8 ? i : random.nextInt(files.size()));
            byte[] before = Files.readAllBytes(file);
            byte[] after = before.clone();
            int at = random.nextInt(after.length);
            after[at] ^= 1;
            Files.write(file, after);
            String name = fixture.relativize(file).toString();
            int line = 1
                    + (int) new String(before, 0, at, StandardCharsets.ISO_8859_1)
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            assertThat(differences(Course.FILES))
                    .as("%s, byte %d", name, at)
                    .singleElement()
                    .satisfies(found -> assertThat(found.place()).isEqualTo(name + ":" + line));
            Files.write(file, before);
        }
    }

    @Test
    void aFileAfterThatIsMissingOrTooMany() throws Exception {
        Files.delete(fixture.resolve("after/last-run.json"));
        assertThat(differences(Course.FILES)).extracting(Difference::place).containsExactly("after/last-run.json");
        Files.writeString(fixture.resolve("after/else.json"), "{}");
        assertThat(differences(Course.FILES))
                .extracting(Difference::place)
                .containsExactly("after/else.json", "after/last-run.json");
    }

    @Test
    void aCharacterInTheKeysAfter() throws Exception {
        SplittableRandom random = new SplittableRandom(5);
        Path file = fixture.resolve("after-redis.jsonl");
        String before = Files.readString(file);
        for (int i = 0; i < POSITIONS; i++) {
            int at = letter(before, 0, before.length(), random);
            Files.writeString(file, other(before, at));
            long line =
                    1 + before.substring(0, at).chars().filter(c -> c == '\n').count();
            assertThat(differences(Course.REDIS))
                    .as("character %d", at)
                    .singleElement()
                    .satisfies(found -> assertThat(found.place()).endsWith("after-redis.jsonl:" + line));
        }
    }

    /** As a codec shows that puts a record into Redis by another text: in any key's name or value. */
    @Test
    void aCharacterInWhatTheCodecWrites() throws Exception {
        SplittableRandom random = new SplittableRandom(6);
        for (int i = 0; i < POSITIONS; i++) {
            try (Replay other = on(new OtherCodec(ground, random.split()))) {
                Outcome outcome = other.run(FixtureReader.read(fixture), List.of(Course.REDIS), false)
                        .outcomes()
                        .get(0);
                assertThat(outcome.differences())
                        .singleElement()
                        .satisfies(found -> assertThat(found.place()).contains("after-redis.jsonl:"));
            }
        }
    }

    /** Files and keys are as ever; but a plain client sees one character that is another. */
    private record OtherCodec(Ground to, SplittableRandom random) implements Ground {
        @Override
        public LocalStateManager openFiles(Path stateDirectory, Clock clock, Disk disk) {
            return to.openFiles(stateDirectory, clock, disk);
        }

        @Override
        public Redis openRedis(String project) {
            Redis redis = to.openRedis(project);
            return new Redis() {
                @Override
                public FencedStateManager manager() {
                    return redis.manager();
                }

                @Override
                public SortedMap<String, JsonNode> content() {
                    SortedMap<String, JsonNode> content = new TreeMap<>(redis.content());
                    String key = List.copyOf(content.keySet()).get(random.nextInt(content.size()));
                    String line = Json.compact(content.get(key));
                    int from = line.indexOf("\"value\":") + "\"value\":".length();
                    int at = letter(line, from, line.length(), random);
                    if (random.nextInt(4) == 0 || at < 0) {
                        content.put(other(key, key.length() - 1), content.remove(key));
                    } else {
                        content.put(key, Json.parse(other(line, at)));
                    }
                    return content;
                }

                @Override
                public void remove() {
                    redis.remove();
                }
            };
        }

        @Override
        public ShadowOptions options() {
            return to.options();
        }

        @Override
        public Trouble trouble() {
            return to.trouble();
        }
    }

    @Test
    void aDifferenceIsTwoAlignedLinesAndTheirPlace() throws Exception {
        fixture = directory.resolve("crons");
        Content.copy(Path.of("fixtures", "two-crons"), fixture);
        Path file = fixture.resolve("operations.jsonl");
        String text = Files.readString(file);
        Files.writeString(file, text.replaceFirst("already-checked-out", "already-chekked-out"));
        FixtureOutcome outcome = replay.run(FixtureReader.read(fixture), List.of(Course.FILES), false);
        int line = 1
                + (int) text.substring(0, text.indexOf("already-checked-out"))
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        String told = ReplayFormat.TEXT.render(List.of(outcome));
        assertThat(told.lines().skip(1).toList()).hasSize(4).satisfies(lines -> {
            assertThat(lines.get(0))
                    .isEqualTo(file + ":" + line + ": operation " + (line - 1) + ", checkout, in: file store");
            assertThat(lines.get(1))
                    .startsWith("  expected: {\"decision\":\"refused\",\"code\":\"already-chekked-out\"");
            assertThat(lines.get(2))
                    .startsWith("  actual:   {\"decision\":\"refused\",\"code\":\"already-checked-out\"");
            assertThat(lines.get(3)).isEqualTo(" ".repeat(lines.get(1).indexOf("kked")) + "^ column 42");
        });
        assertThat(ReplayFormat.JUNIT.render(List.of(outcome)))
                .contains("failures=\"1\"", "expected: {&quot;decision&quot;", "operations.jsonl:" + line);
        assertThat(ReplayFormat.HTML.render(List.of(outcome))).contains("<mark>k</mark>", "<mark>c</mark>");
    }

    @Test
    void anUpdateMakesWhatHappensTheExpectation() throws Exception {
        String answers = Files.readString(fixture.resolve("operations.jsonl"));
        Path tasks = fixture.resolve("after/running-tasks.json");
        String before = Files.readString(tasks);
        Files.writeString(
                fixture.resolve("operations.jsonl"), answers.replace("\"decision\":\"changed\"", "\"decision\":\"x\""));
        Files.writeString(tasks, "{}");
        Files.writeString(fixture.resolve("after/else.json"), "{}");
        Files.delete(fixture.resolve("after-redis.jsonl"));
        assertThat(differences(Course.FILES)).isNotEmpty();
        replay.update(FixtureReader.read(fixture));
        assertThat(fixture.resolve("operations.jsonl")).hasContent(answers);
        assertThat(tasks).hasContent(before);
        assertThat(fixture.resolve("after/else.json")).doesNotExist();
        assertThat(Files.readString(fixture.resolve("after-redis.jsonl")))
                .isEqualTo(Files.readString(ORIGINAL.resolve("after-redis.jsonl")));
    }

    @Test
    void aRecordingCutOffByACrashCanBeReplayed() throws Exception {
        Path file = fixture.resolve("operations.jsonl");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2));
        try (Stream<Path> after = Files.walk(fixture.resolve("after"))) {
            for (Path each : after.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
        Files.delete(fixture.resolve("after-redis.jsonl"));
        FixtureOutcome outcome = replay.run(FixtureReader.read(fixture), Course.all(5), false);
        assertThat(outcome.isSame())
                .as(ReplayFormat.TEXT.render(List.of(outcome)))
                .isTrue();
        assertThat(outcome.notes())
                .satisfiesExactly(
                        note -> assertThat(note).contains("torn"),
                        note -> assertThat(note).contains("no after/"),
                        note -> assertThat(note).contains("no after-redis.jsonl"));
    }

    /** The place of a letter or digit in a value that stays valid JSON when it is another one; -1 where there is none. */
    private static int letter(String text, int from, int to, SplittableRandom random) {
        List<Integer> letters = new ArrayList<>();
        for (int i = from; i < to; i++) {
            char before = i == 0 ? ' ' : text.charAt(i - 1);
            boolean isWord = Character.isLetter(text.charAt(i)) && text.charAt(i) < 128 && !isBare(text, i);
            if (isWord && before != '\\' || text.charAt(i) >= '1' && text.charAt(i) <= '9') {
                letters.add(i);
            }
        }
        return letters.isEmpty() ? -1 : letters.get(random.nextInt(letters.size()));
    }

    /** Whether it is a letter of null, true or false. */
    private static boolean isBare(String text, int at) {
        int quotes = 0;
        for (int i = 0; i < at; i++) {
            if (text.charAt(i) == '"' && (i == 0 || text.charAt(i - 1) != '\\')) {
                quotes++;
            }
        }
        return quotes % 2 == 0;
    }

    private static String other(String text, int at) {
        char was = text.charAt(at);
        char now = was == '9' ? '8' : was == 'z' || was == 'Z' ? (char) (was - 1) : (char) (was + 1);
        return text.substring(0, at) + now + text.substring(at + 1);
    }
}
