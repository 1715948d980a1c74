package poppo.bridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.state.Json;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateManager;

/** The least that a replay can be: one call after the other on one manager. For what the engine itself rests on. */
final class PlainReplay {
    private PlainReplay() {}

    /** Replays on the files of a copy, and tells each difference. */
    static List<String> onFiles(Fixture fixture, Path copy) throws IOException {
        Content.copy(fixture.before(), copy);
        List<String> differences = new ArrayList<>();
        try (FileStateManager files = FileStateManager.open(
                FileOptions.of(copy).withClock(new ReplayClock()).withoutSchedule())) {
            for (Recorded recorded : fixture.calls()) {
                JsonNode actual = answer(files, recorded.call(), recorded.stamp(), copy);
                if (actual != null && !Json.compact(actual).equals(Json.compact(recorded.answer()))) {
                    differences.add(recorded.number() + " " + recorded.call().name() + "\nexpected: "
                            + Json.compact(recorded.answer()) + "\nactual:   " + Json.compact(actual));
                }
            }
            files.flush();
        }
        return differences;
    }

    private static @Nullable JsonNode answer(StateManager state, Call call, @Nullable Stamp stamp, Path directory)
            throws IOException {
        if (call instanceof Call.ForeignWrite write) {
            if (write.text() == null) {
                Files.deleteIfExists(directory.resolve(write.file()));
            } else {
                Files.writeString(directory.resolve(write.file()), write.text());
            }
            return null;
        }
        return call.on(state, stamp);
    }

    /** The state files by name, without those that hold no record. */
    static TreeMap<String, JsonNode> documents(Path directory) throws IOException {
        TreeMap<String, JsonNode> documents = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".json")).toList()) {
                JsonNode document = Json.parse(Files.readAllBytes(file));
                if (!document.path("issues").isEmpty() || !document.has("issues") && !document.isEmpty()) {
                    documents.put(file.getFileName().toString(), document);
                }
            }
        }
        return documents;
    }
}
