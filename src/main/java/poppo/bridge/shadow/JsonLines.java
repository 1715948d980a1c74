package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/**
 * A file of one JSON value a line that is only appended to. At {@code maxBytes} it moves to {@code <name>.1.jsonl}, whose
 * predecessor goes, so the two hold the latest and never more than twice that. A line torn by a crash is left out when
 * reading. Not thread-safe.
 */
final class JsonLines {
    private final Disk disk;
    private final Path file;
    private final Path older;
    private final long maxBytes;

    JsonLines(Disk disk, Path directory, String name, long maxBytes) {
        this.disk = disk;
        this.file = directory.resolve(name + ".jsonl");
        this.older = directory.resolve(name + ".1.jsonl");
        this.maxBytes = maxBytes;
    }

    Path file() {
        return file;
    }

    /** Appends and makes durable. */
    void append(JsonNode value) throws IOException {
        if (Files.exists(file) && Files.size(file) >= maxBytes) {
            disk.rename(file, older);
        }
        String line = (isTorn() ? "\n" : "") + Json.compact(value) + "\n";
        disk.append(file, line.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether a crash or a full disk cut the last line short, so that the next one must not go on with it. */
    private boolean isTorn() throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return channel.size() > 0 && channel.read(last, channel.size() - 1) == 1 && last.get(0) != '\n';
        }
    }

    /** All values, oldest first. */
    List<JsonNode> read() {
        return Stream.of(older, file)
                .filter(Files::exists)
                .flatMap(part -> lines(part).stream())
                .flatMap(JsonLines::parse)
                .toList();
    }

    private static List<String> lines(Path part) {
        try {
            // Not Files.readAllLines: a line may be torn in the middle of a character.
            return new String(Files.readAllBytes(part), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new BridgeException.Unavailable(part + " can't be read: " + e + "; check its permissions", e);
        }
    }

    private static Stream<JsonNode> parse(String line) {
        try {
            return Stream.of(Json.parse(line));
        } catch (MalformedJsonException torn) {
            return Stream.empty();
        }
    }
}
