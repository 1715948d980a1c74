package poppo.bridge.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.Json;

/**
 * Finds where the entries of a big JSON object stand, without reading what they say: one pass over the bytes, in memory
 * that holds the longest entry. Runs once.
 */
final class EntryScan {
    private static final int BUFFER = 1 << 18;

    private final Disk.Readable file;
    private byte[] buffer = new byte[BUFFER];
    private int next;
    private int end;
    /** Where in the file the buffer begins. */
    private long base;
    /** From here on the buffer is still needed. */
    private int kept;

    EntryScan(Disk.Readable file) {
        this.file = file;
    }

    /** Whom the entries are handed to, in the order of the file. */
    interface Sink {
        /** Whether the fields of the document's field {@code name} are the entries; called before they come. */
        boolean isWrapper(String name);

        /**
         * @param wrapped whether it stands in a {@linkplain #isWrapper wrapper}, and not in the document itself
         * @param at where in the file its value begins
         * @param value its bytes are those from {@code from} on, as long as this call lasts
         */
        void entry(String id, boolean wrapped, long at, byte[] value, int from, int length);
    }

    /** @throws Unparsable when it is no JSON object as far as the structure goes */
    void run(Sink sink) throws IOException, Unparsable {
        if (peek() != '{') {
            throw odd("an object was expected");
        }
        fields(sink, false);
        if (peek() >= 0) {
            throw odd("something follows the JSON value");
        }
    }

    private void fields(Sink sink, boolean wrapped) throws IOException, Unparsable {
        next++;
        int c = peek();
        while (c != '}') {
            if (c != '"') {
                throw odd("a field's name was expected");
            }
            String name = name();
            if (peek() != ':') {
                throw odd("a colon was expected");
            }
            next++;
            field(sink, wrapped, name);
            c = peek();
            if (c == ',') {
                next++;
                c = peek();
                if (c != '"') {
                    throw odd("a field's name was expected");
                }
            } else if (c != '}') {
                throw odd("a comma or the end of the object was expected");
            }
        }
        next++;
    }

    private void field(Sink sink, boolean wrapped, String name) throws IOException, Unparsable {
        int first = peek();
        if (!wrapped && first == '{' && sink.isWrapper(name)) {
            fields(sink, true);
            return;
        }
        kept = next;
        skipValue(first);
        sink.entry(name, wrapped, base + kept, buffer, kept, next - kept);
    }

    private String name() throws IOException, Unparsable {
        kept = next;
        skipString();
        for (int i = kept + 1; i < next - 1; i++) {
            if (buffer[i] == '\\' || buffer[i] < 0) {
                return Json.parse(Arrays.copyOfRange(buffer, kept, next)).textValue();
            }
        }
        return new String(buffer, kept + 1, next - kept - 2, StandardCharsets.US_ASCII);
    }

    private void skipValue(int first) throws IOException, Unparsable {
        if (first == '"') {
            skipString();
        } else if (first == '{' || first == '[') {
            skipNested();
        } else {
            skipWord();
        }
    }

    private void skipNested() throws IOException, Unparsable {
        int depth = 0;
        do {
            switch (byteAt()) {
                case '"' -> skipString();
                case '{', '[' -> {
                    depth++;
                    next++;
                }
                case '}', ']' -> {
                    depth--;
                    next++;
                }
                default -> next++;
            }
        } while (depth > 0);
    }

    private void skipString() throws IOException, Unparsable {
        next++;
        for (int c = byteAt(); c != '"'; c = byteAt()) {
            next++;
            if (c == '\\') {
                byteAt();
                next++;
            }
        }
        next++;
    }

    /** A number, or one of JavaScript's words; what it is is seen when it is read. */
    private void skipWord() throws IOException, Unparsable {
        for (int c = byteAt(); c > ' ' && c != ',' && c != '}' && c != ']'; c = byteAt()) {
            next++;
        }
        if (next == kept) {
            throw odd("a value was expected");
        }
    }

    /** The next byte that is no space; -1 at the end. */
    private int peek() throws IOException {
        while (next < end || fill()) {
            byte c = buffer[next];
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return c;
            }
            next++;
            kept = next;
        }
        return -1;
    }

    private int byteAt() throws IOException, Unparsable {
        if (next == end && !fill()) {
            throw odd("the file ends in the middle");
        }
        return buffer[next];
    }

    private boolean fill() throws IOException {
        if (kept > 0) {
            System.arraycopy(buffer, kept, buffer, 0, end - kept);
            base += kept;
            next -= kept;
            end -= kept;
            kept = 0;
        } else if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int read = file.read(base + end, buffer, end, buffer.length - end);
        end += Math.max(read, 0);
        return read > 0;
    }

    private Unparsable odd(String what) {
        return new Unparsable("byte " + (base + next) + ": " + what);
    }
}
