package poppo.bridge.file;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;
import poppo.bridge.state.MalformedJsonException;

/** A file whose entries are numbered, as an index of where they stand. */
final class IndexedListing implements Listing {
    private static final byte[] PROCESSING = Loaded.bytes("\"processing\"");

    /** Neighbours up to so many bytes apart are read at once. */
    private static final int SPAN = 4 << 20;

    private final Shape shape;
    private final String wrapper;
    private final Disk.Readable file;
    private final EntryIndex index = new EntryIndex();

    /** @param wrapper the field that the entries stand in; empty where they stand in the document itself */
    private IndexedListing(Shape shape, String wrapper, Disk.Readable file) {
        this.shape = shape;
        this.wrapper = wrapper;
        this.file = file;
    }

    /**
     * Goes through the file once.
     *
     * @param signs told of every sign of life in it
     */
    static IndexedListing of(
            Shape shape, String wrapper, Disk.Readable file, Consumer<Entry.@Nullable SignOfLife> signs)
            throws IOException, Unparsable, WrongShape {
        IndexedListing listing = new IndexedListing(shape, wrapper, file);
        Scanned scanned = listing.new Scanned(signs);
        try {
            new EntryScan(file).run(scanned);
        } catch (MalformedJsonException e) {
            throw new Unparsable(String.valueOf(e.getMessage()));
        }
        if (scanned.wrong != null) {
            throw scanned.wrong;
        }
        listing.index.sort();
        return listing;
    }

    private final class Scanned implements EntryScan.Sink {
        private final Consumer<Entry.@Nullable SignOfLife> signs;
        private boolean wrapped = wrapper.isEmpty();
        private @Nullable WrongShape wrong;

        Scanned(Consumer<Entry.@Nullable SignOfLife> signs) {
            this.signs = signs;
        }

        @Override
        public boolean isWrapper(String name) {
            if (!name.equals(wrapper)) {
                return false;
            }
            // What stood beside it is none; and of two such fields the last counts.
            index.clear();
            wrong = null;
            wrapped = true;
            return true;
        }

        @Override
        public void entry(String id, boolean inWrapper, long at, byte[] value, int from, int length) {
            boolean isEntry = wrapper.isEmpty() || inWrapper || (!wrapped && !id.equals(IssuesShape.LAST_SYNC));
            if (!isEntry || wrong != null) {
                return;
            }
            String pointer = (inWrapper ? "/" + wrapper : "") + WrongShape.step(id);
            try {
                Shape.issueNumber(id, pointer);
                index.add(Long.parseLong(id), at, length);
                if (!wrapper.isEmpty() && mayBeProcessing(value, from, length)) {
                    JsonNode issue = Json.parse(Arrays.copyOfRange(value, from, from + length));
                    shape.checkValue(id, issue, pointer);
                    signs.accept(shape.life(id, issue));
                }
            } catch (WrongShape e) {
                wrong = e;
            }
        }

        /** Whether it is worth reading: only what is being processed tells of a process. */
        private static boolean mayBeProcessing(byte[] value, int from, int length) {
            for (int i = from; i <= from + length - PROCESSING.length; i++) {
                boolean escaped = value[i] == '\\' && value[i + 1] == 'u';
                if (escaped
                        || (value[i] == '"'
                                && Arrays.equals(value, i, i + PROCESSING.length, PROCESSING, 0, PROCESSING.length))) {
                    return true;
                }
            }
            return false;
        }
    }

    @Override
    public List<Record> page(@Nullable String after, int limit) throws IOException, WrongShape {
        int from = after == null ? 0 : index.behind(Limits.issueNumber(after));
        int to = (int) Math.min(index.size(), (long) from + limit);
        List<Record> page = new ArrayList<>(to - from);
        while (from < to) {
            int until = neighbours(from, to);
            read(from, until, page);
            from = until;
        }
        return page;
    }

    /** Up to where the entries from {@code from} on follow each other closely. */
    private int neighbours(int from, int to) {
        int until = from + 1;
        while (until < to
                && index.place(until) > index.place(until - 1)
                && index.place(until) + index.length(until) - index.place(from) <= SPAN) {
            until++;
        }
        return until;
    }

    private void read(int from, int to, List<Record> into) throws IOException, WrongShape {
        long start = index.place(from);
        byte[] bytes = new byte[(int) (index.place(to - 1) + index.length(to - 1) - start)];
        for (int filled = 0; filled < bytes.length; ) {
            int read = file.read(start + filled, bytes, filled, bytes.length - filled);
            if (read < 0) {
                throw new EOFException("it ends before byte " + (start + bytes.length));
            }
            filled += read;
        }
        for (int i = from; i < to; i++) {
            int at = (int) (index.place(i) - start);
            into.add(record(Long.toString(index.number(i)), Arrays.copyOfRange(bytes, at, at + index.length(i))));
        }
    }

    private Record record(String id, byte[] json) throws WrongShape {
        String pointer = (wrapper.isEmpty() ? "" : "/" + wrapper) + WrongShape.step(id);
        try {
            JsonNode value = Json.parse(json);
            shape.checkValue(id, value, pointer);
            return new Record(id, value, 0);
        } catch (MalformedJsonException e) {
            throw new WrongShape(pointer, "JSON, but " + e.getMessage());
        }
    }

    @Override
    public @Nullable Record find(String id) throws IOException, WrongShape {
        int entry;
        try {
            entry = index.find(Limits.issueNumber(id));
        } catch (BridgeException.Invalid noNumber) {
            return null;
        }
        if (entry < 0) {
            return null;
        }
        List<Record> found = new ArrayList<>(1);
        read(entry, entry + 1, found);
        return found.get(0);
    }

    @Override
    public long count() {
        return index.size();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
