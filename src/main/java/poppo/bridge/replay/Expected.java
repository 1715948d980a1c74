package poppo.bridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/**
 * How a fixture ends.
 *
 * @param files as {@link Content#of}
 * @param keys the lines of {@code after-redis.jsonl}; null where nothing is known of them
 */
record Expected(SortedMap<String, String> files, @Nullable List<String> keys) {
    /** A value longer than that is told by its digest, so that a fixture need not hold it twice. */
    private static final int LONGEST = 4096;

    /** What the fixture itself says; null where it doesn't say what the files are in the end. */
    static @Nullable Expected of(Fixture fixture) {
        return Files.isDirectory(fixture.after())
                ? new Expected(Content.of(fixture.after()), keys(fixture.afterRedis()))
                : null;
    }

    static @Nullable List<String> keys(Path file) {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            String text = Files.readString(file);
            return text.isEmpty() ? List.of() : List.of(text.split("\n", -1)).subList(0, lines(text));
        } catch (IOException e) {
            throw new BridgeException.Unavailable(file + " can't be read: " + e + "; check its permissions", e);
        }
    }

    /** All of them, but for the nothing behind the last line's end. */
    private static int lines(String text) {
        int ends = (int) text.chars().filter(c -> c == '\n').count();
        return text.endsWith("\n") ? ends : ends + 1;
    }

    /** A key a line, in their order. */
    static List<String> lines(SortedMap<String, JsonNode> content) {
        List<String> lines = new ArrayList<>();
        content.forEach((key, value) -> {
            ObjectNode line = Json.object().put("key", key);
            value.properties().forEach(field -> line.set(field.getKey(), brief(field.getValue())));
            lines.add(Json.compact(line));
        });
        return lines;
    }

    private static JsonNode brief(JsonNode value) {
        if (value.isObject()) {
            ObjectNode brief = Json.object();
            value.properties().forEach(field -> brief.set(field.getKey(), brief(field.getValue())));
            return brief;
        }
        if (!value.isTextual() || value.textValue().length() <= LONGEST) {
            return value;
        }
        String text = value.textValue();
        ObjectNode digest = Json.object().put("sha256", digest(text));
        digest.set("length", Json.number(text.length()));
        return digest;
    }

    private static String digest(String text) {
        try {
            // In UTF-16, which can hold half a character.
            byte[] bytes = text.getBytes(StandardCharsets.UTF_16BE);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** What a manager holds, record by record in its lists' order: for one that has no files. */
    static SortedMap<String, String> records(StateManager state) {
        SortedMap<String, String> records = new TreeMap<>();
        for (StateCollection collection : StateCollection.values()) {
            StringBuilder lines = new StringBuilder();
            for (Versioned record : state.page(collection, null, Integer.MAX_VALUE)) {
                if (record.image() != null) {
                    lines.append(record.key())
                            .append(' ')
                            .append(Json.compact(record.image()))
                            .append('\n');
                }
            }
            records.put(collection.label(), lines.toString());
        }
        return records;
    }

    /** The label requests among files. */
    static SortedMap<String, String> requests(Map<String, String> files) {
        SortedMap<String, String> requests = new TreeMap<>(files);
        requests.keySet().removeIf(name -> !name.startsWith("requests/"));
        return requests;
    }
}
