package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.machine.Resource;
import poppo.bridge.machine.TemporaryDirectory;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/** A copy of a state directory in a temporary place, of which nothing is left when it is closed. */
final class DemoState implements AutoCloseable {
    /** The recorded state that comes in the jar. */
    static final String RECORDED = "state-2025-06-24";

    private static final List<String> FILES = List.of(
            "issue-status.json",
            "last-run.json",
            "pending-tasks.json",
            "processed-comments.json",
            "processed-issues.json",
            "running-tasks.json");

    private final TemporaryDirectory home;
    private final Map<String, JsonNode> originals = new LinkedHashMap<>();

    /** @param fixture a state directory, or one with it in {@code before/}; null for the recorded state */
    DemoState(@Nullable Path fixture) throws IOException {
        home = new TemporaryDirectory("poppo-bridge-demo");
        try {
            Files.createDirectory(directory());
            for (String file : FILES) {
                byte[] content = fixture == null ? recorded(file) : given(fixture, file);
                if (content != null) {
                    Files.write(directory().resolve(file), content);
                    originals.put(file, parse(file, content));
                }
            }
            if (originals.isEmpty()) {
                throw CommandFailure.usage(fixture + " has none of the state's files (" + String.join(", ", FILES)
                        + "); name a state directory, or one with it in 'before'");
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private static JsonNode parse(String file, byte[] content) {
        try {
            return Json.parse(content);
        } catch (MalformedJsonException e) {
            throw new BridgeException.Corrupt(file + ": " + e.getMessage() + "; repair it first", e);
        }
    }

    private static byte @Nullable [] given(Path fixture, String file) throws IOException {
        Path before = fixture.resolve("before");
        Path found = (Files.isDirectory(before) ? before : fixture).resolve(file);
        return Files.exists(found) ? Files.readAllBytes(found) : null;
    }

    private static byte[] recorded(String file) {
        return Resource.bytes(DemoState.class, "/demo/" + RECORDED + "/" + file);
    }

    /** The copy. */
    Path directory() {
        return home.path().resolve("state");
    }

    /** Where a Redis of its own may keep its data. */
    Path redisDirectory() {
        return home.path().resolve("redis");
    }

    /** What was acknowledged must be in the files, and what nobody touched must be as it was. */
    void verify(DemoLedger ledger) throws IOException {
        try (FileStateManager files =
                FileStateManager.open(FileOptions.of(directory()).withoutSchedule())) {
            ledger.verify(files);
        }
        for (Map.Entry<String, JsonNode> original : originals.entrySet()) {
            JsonNode now = Json.parse(Files.readAllBytes(directory().resolve(original.getKey())));
            if (!contains(now, original.getValue())) {
                ledger.violate(original.getKey() + " no longer holds what it held before");
            }
        }
    }

    private static boolean contains(JsonNode now, JsonNode then) {
        if (then.isObject()) {
            return now.isObject()
                    && then.properties().stream()
                            .allMatch(field ->
                                    now.has(field.getKey()) && contains(now.get(field.getKey()), field.getValue()));
        }
        if (then.isArray()) {
            return now.isArray() && now.size() >= then.size() && startsWith(now, then);
        }
        return now.equals(then);
    }

    private static boolean startsWith(JsonNode now, JsonNode then) {
        for (int i = 0; i < then.size(); i++) {
            if (!now.get(i).equals(then.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        home.close();
    }
}
