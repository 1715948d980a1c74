package poppo.bridge.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/** What is copied into Redis comes back exactly. */
class RedisRoundTripTest {
    private static final Path FIXTURES = Path.of("fixtures");
    private static final List<String> AWKWARD = List.of(
            "",
            " ",
            "0",
            "12",
            "-0",
            "1e3",
            "null",
            "true",
            "{",
            "[",
            "{}",
            "[]",
            "\"",
            "=",
            "=x",
            "-",
            "日本語",
            "😀",
            "\ud83d",
            "\ude00x",
            "a\u0000b",
            "\uFFFD",
            "é\n\t\\",
            "pid",
            "status",
            "processing",
            "4294967294",
            "00");
    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "1e3",
            "1E+3",
            "1.50",
            "9007199254740993",
            "-9223372036854775809",
            "123456789012345678901234567890",
            "0.1",
            "1e-7",
            "12");

    @RegisterExtension
    final RedisExtension redis = RedisExtension.any();

    @Test
    void realStateDirectoriesComeBackExactly() throws IOException {
        Map<RecordKey, JsonNode> records = new LinkedHashMap<>();
        for (Path file : stateFiles()) {
            collect(file, records);
        }
        assertThat(records).hasSizeGreaterThan(40);
        assertComesBack(records);
    }

    private static List<Path> stateFiles() throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> found = Files.walk(FIXTURES)) {
            found.filter(file -> file.toString().endsWith(".json"))
                    .filter(file -> file.toFile().length() > 0)
                    .sorted()
                    .forEach(files::add);
        }
        return files;
    }

    private static void collect(Path file, Map<RecordKey, JsonNode> records) throws IOException {
        JsonNode json = Json.parse(Files.readAllBytes(file));
        switch (file.getFileName().toString()) {
            case "issue-status.json" -> {
                JsonNode issues = json.has("issues") ? json.get("issues") : json;
                issues.fields()
                        .forEachRemaining(issue ->
                                records.put(RecordKey.issue(Long.parseLong(issue.getKey())), issue.getValue()));
            }
            case "processed-issues.json" ->
                json.forEach(number -> records.put(RecordKey.processedIssue(number.longValue()), number));
            case "processed-comments.json" ->
                json.fields()
                        .forEachRemaining(comments -> records.put(
                                RecordKey.processedComments(Long.parseLong(comments.getKey())), comments.getValue()));
            case "running-tasks.json" -> {
                if (json.isObject()) {
                    json.fields()
                            .forEachRemaining(
                                    task -> records.put(RecordKey.runningTask(task.getKey()), task.getValue()));
                }
            }
            case "pending-tasks.json" -> records.put(RecordKey.PENDING_TASKS, json);
            case "last-run.json" -> records.put(RecordKey.LAST_RUN, json);
            default -> {}
        }
    }

    @Test
    void generatedRecordsComeBackExactly() {
        for (long seed = 1; seed <= 20; seed++) {
            Generator generator = new Generator(seed);
            Map<RecordKey, JsonNode> records = new LinkedHashMap<>();
            for (long n = 1; n <= 100; n++) {
                records.put(RecordKey.issue(seed * 1000 + n), generator.object(3));
                records.put(RecordKey.process("p" + seed + generator.text() + n), generator.object(2));
                records.put(RecordKey.processedComments(seed * 1000 + n), generator.ids());
                records.put(RecordKey.runningTask(seed + generator.text() + n), generator.value(3));
            }
            records.put(RecordKey.LAST_RUN, generator.object(3));
            records.put(RecordKey.PENDING_TASKS, generator.array(3));
            assertComesBack(records);
        }
    }

    @Test
    void aRecordChangedOverAndOverIsAlwaysTheLast() {
        Generator generator = new Generator(4711);
        for (int round = 0; round < 300; round++) {
            Map<RecordKey, JsonNode> records = new LinkedHashMap<>();
            records.put(
                    RecordKey.issue(1), generator.random.nextInt(8) == 0 ? generator.value(2) : generator.object(2));
            records.put(RecordKey.processedComments(1), generator.ids());
            records.put(RecordKey.PENDING_TASKS, generator.array(2));
            assertComesBack(records);
        }
    }

    @Test
    void aCommittedImageAndTheReadOneHaveTheSameVersion() {
        RedisStateManager writer = redis.manager();
        RedisStateManager reader = redis.manager();
        Generator generator = new Generator(12);
        for (long n = 1; n <= 50; n++) {
            RecordKey key = n % 2 == 0 ? RecordKey.issue(n % 6 + 1) : RecordKey.processedComments(n % 6 + 1);
            String version = reader.read(key).version();
            JsonNode image = n % 2 == 0 ? generator.object(2) : generator.ids();
            assertThat(writer.replaceAll(List.of(new Replacement(key, image, version, null, 0))))
                    .containsExactly(true);
            String read = reader.read(key).version();
            assertThat(writer.replaceAll(List.of(new Replacement(key, image, read, null, 0))))
                    .as("the remembered version of %s", key)
                    .containsExactly(true);
        }
    }

    private void assertComesBack(Map<RecordKey, JsonNode> records) {
        RedisStateManager writer = redis.manager();
        List<RecordKey> keys = List.copyOf(records.keySet());
        List<Replacement> replacements = new ArrayList<>();
        long order = 1_760_000_000_000_000L;
        for (Versioned before : redis.manager().readAll(keys)) {
            replacements.add(new Replacement(before.key(), records.get(before.key()), before.version(), null, order++));
        }
        assertThat(writer.replaceAll(replacements)).doesNotContain(false);
        RedisStateManager reader = redis.manager();
        for (Versioned after : reader.readAll(keys)) {
            assertThat(text(after.image())).as(after.key().toString()).isEqualTo(text(records.get(after.key())));
        }
        assertThat(reader.page(StateCollection.ISSUES, null, Integer.MAX_VALUE).stream()
                        .filter(issue -> records.containsKey(issue.key()))
                        .map(issue -> issue.key().number()))
                .isSorted()
                .hasSize((int) keys.stream()
                        .filter(key -> key.collection() == StateCollection.ISSUES)
                        .count());
        writer.close();
        reader.close();
    }

    private static String text(JsonNode image) {
        return image == null ? "nothing" : Json.compact(image);
    }

    /** Makes records as awkward as JSON allows. */
    static final class Generator {
        final SplittableRandom random;

        Generator(long seed) {
            random = new SplittableRandom(seed);
        }

        String text() {
            return AWKWARD.get(random.nextInt(AWKWARD.size()));
        }

        JsonNode value(int depth) {
            return switch (random.nextInt(depth > 0 ? 7 : 5)) {
                case 0 -> Json.number(NUMBERS.get(random.nextInt(NUMBERS.size())));
                case 1 -> Json.nullValue();
                case 2 -> Json.parse(random.nextBoolean() ? "true" : "false");
                case 3, 4 -> Json.text(text());
                case 5 -> object(depth - 1);
                default -> array(depth - 1);
            };
        }

        ObjectNode object(int depth) {
            ObjectNode object = Json.object();
            if (random.nextBoolean()) {
                object.set("status", Json.text(random.nextBoolean() ? "processing" : text()));
                object.set("processId", random.nextBoolean() ? Json.text("p" + text()) : value(0));
                object.set("pid", value(0));
                object.set("metadata", value(depth));
            }
            for (int i = random.nextInt(5); i > 0; i--) {
                object.set(text(), value(depth));
            }
            return Json.inJavaScriptOrder(object);
        }

        ArrayNode array(int depth) {
            ArrayNode array = Json.array();
            for (int i = random.nextInt(4); i > 0; i--) {
                array.add(value(depth));
            }
            return array;
        }

        JsonNode ids() {
            if (random.nextInt(4) == 0) {
                return array(1);
            }
            List<String> ids = new ArrayList<>(AWKWARD);
            Collections.shuffle(ids, new java.util.Random(random.nextLong()));
            ArrayNode array = Json.array();
            ids.subList(0, random.nextInt(6)).forEach(array::add);
            return array;
        }
    }
}
