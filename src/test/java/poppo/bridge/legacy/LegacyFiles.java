package poppo.bridge.legacy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** The few file and value operations of Node.js that both legacy classes use. Nothing is ever fsynced. */
final class LegacyFiles {
    private LegacyFiles() {}

    /** Text of a file; like Node.js it replaces bytes that are not UTF-8. */
    static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void rename(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void createDirectories(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@code {...base, ...changes}}: a field that base has keeps its place. A base that is no object adds nothing. */
    static ObjectNode merged(JsonNode base, ObjectNode changes) {
        ObjectNode result = LegacyJson.object();
        if (base instanceof ObjectNode fields) {
            result.setAll(fields.deepCopy());
        }
        result.setAll(changes.deepCopy());
        return result;
    }

    /** Whether {@code time} is an instant before {@code limit}; like a comparison with NaN, false if it is no time. */
    static boolean isBefore(JsonNode time, Instant limit) {
        if (time == null || !time.isTextual()) {
            return false;
        }
        try {
            return OffsetDateTime.parse(time.textValue()).toInstant().isBefore(limit);
        } catch (DateTimeException e) {
            return false;
        }
    }
}
