package poppo.bridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import poppo.bridge.replay.RecordJson.Misfit;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/** Reads fixtures, of the current format and of those before it. */
public final class FixtureReader {
    private final Path file;
    private final List<Recorded> calls = new ArrayList<>();
    private final List<Integer> places = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private FixtureReader(Path file) {
        this.file = file;
    }

    /**
     * Reads a fixture. A last line without its end, as a crash while recording leaves one, is left out and noted.
     *
     * @throws FixtureFault naming file, line and field
     */
    public static Fixture read(Path directory) {
        boolean hasBefore = Files.isDirectory(directory.resolve(Fixture.BEFORE));
        if (!hasBefore && !Files.exists(directory.resolve(Fixture.OPERATIONS))) {
            throw new FixtureFault(
                    directory,
                    0,
                    "",
                    "is no fixture: there is neither '" + Fixture.BEFORE + "' nor '" + Fixture.OPERATIONS + "' in it");
        }
        return new FixtureReader(directory.resolve(Fixture.OPERATIONS)).fixture(directory);
    }

    private Fixture fixture(Path directory) {
        String name = String.valueOf(directory.toAbsolutePath().normalize().getFileName());
        if (!Files.exists(file)) {
            return new Fixture(directory, new Header(name, Instant.EPOCH, ""), calls, places, notes);
        }
        List<String> lines = whole();
        if (lines.isEmpty()) {
            throw new FixtureFault(file, 1, "", "holds no line; the first must be the header");
        }
        ObjectNode first = parse(lines.get(0), 1);
        OlderLines older = new OlderLines(version(first));
        Header header;
        try {
            header = Lines.readHeader(older.header(first));
        } catch (Misfit e) {
            throw new FixtureFault(file, 1, e.field, e.why);
        } catch (DateTimeException e) {
            throw new FixtureFault(file, 1, "recordedAt", "must be a time like 2025-06-24T09:00:00.000Z");
        }
        for (int i = 1; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                add(older, parse(lines.get(i), i + 1), i + 1);
            }
        }
        return new Fixture(directory, header, calls, places, notes);
    }

    /** The lines that have an end. */
    private List<String> whole() {
        String text;
        try {
            // Not Files.readString: the last line may be torn in the middle of a character.
            text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new BridgeException.Unavailable(file + " can't be read: " + e + "; check its permissions", e);
        }
        int end = text.lastIndexOf('\n') + 1;
        if (end < text.length()) {
            notes.add("the last line is torn, as by a crash while recording, and left out");
        }
        // Not String.lines: a line ends where the writer ends it, and nowhere else.
        return List.of(text.substring(0, end).split("\n"));
    }

    private ObjectNode parse(String line, int number) {
        try {
            if (Json.parse(line) instanceof ObjectNode object) {
                return object;
            }
            throw new FixtureFault(file, number, "", "must be a JSON object");
        } catch (MalformedJsonException e) {
            throw new FixtureFault(file, number, "", "is no JSON (column " + e.column() + "): " + e.reason());
        }
    }

    private int version(ObjectNode header) {
        if (!Lines.FORMAT.equals(header.path("format").textValue())) {
            throw new FixtureFault(file, 1, "format", "must be \"" + Lines.FORMAT + "\"; this is no fixture's header");
        }
        JsonNode version = header.path("version");
        if (!version.isIntegralNumber() || version.intValue() < 0) {
            throw new FixtureFault(file, 1, "version", "must be a whole number from 0");
        }
        if (version.intValue() > Lines.VERSION) {
            throw new FixtureFault(
                    file,
                    1,
                    "version",
                    "is " + version + ", but this bridge reads up to " + Lines.VERSION + "; use a newer bridge");
        }
        return version.intValue();
    }

    private void add(OlderLines older, ObjectNode json, int line) {
        Recorded call;
        try {
            call = Lines.read(older.line(json));
        } catch (Misfit e) {
            throw new FixtureFault(file, line, e.field, e.why);
        }
        if (call.number() != calls.size() + 1) {
            throw new FixtureFault(
                    file, line, "n", "is " + call.number() + ", but " + (calls.size() + 1) + " comes here");
        }
        calls.add(call);
        places.add(line);
    }
}
