package poppo.bridge.file;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;
import poppo.bridge.state.MalformedJsonException;

/** An array of issue numbers in the order they came in: 28 bytes a number. */
final class NumbersListing implements Listing {
    /** Each number with its place in the order; the first counts of those that stand twice. */
    private final EntryIndex byNumber = new EntryIndex();

    private long[] inOrder = new long[1024];
    private int size;

    private NumbersListing() {}

    static NumbersListing of(byte[] utf8) throws Unparsable, WrongShape {
        NumbersListing listing = new NumbersListing();
        try (JsonParser parser = Json.parser(utf8)) {
            listing.read(parser);
        } catch (JsonProcessingException e) {
            throw Unparsable.at(e.getLocation(), Json.reason(e));
        } catch (MalformedJsonException | IOException e) {
            throw new Unparsable(String.valueOf(e.getMessage()));
        }
        return listing;
    }

    private void read(JsonParser parser) throws IOException, Unparsable, WrongShape {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw new Unparsable("the file is empty");
        }
        if (first != JsonToken.START_ARRAY) {
            throw new WrongShape("", "an array of issue numbers");
        }
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            add(NumbersShape.number(Json.read(parser), "/" + i));
        }
        if (parser.nextToken() != null) {
            throw new Unparsable("something follows the JSON value");
        }
        // Of equal numbers the index keeps the last that was added.
        for (int i = size - 1; i >= 0; i--) {
            byNumber.add(inOrder[i], i, 0);
        }
        byNumber.sort();
        dropRepeated();
    }

    private void add(long number) {
        if (size == inOrder.length) {
            inOrder = Arrays.copyOf(inOrder, size + size / 2);
        }
        inOrder[size++] = number;
    }

    private void dropRepeated() {
        if (byNumber.size() == size) {
            return;
        }
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (byNumber.place(byNumber.find(inOrder[i])) == i) {
                inOrder[kept++] = inOrder[i];
            }
        }
        size = kept;
        byNumber.clear();
        for (int i = 0; i < size; i++) {
            byNumber.add(inOrder[i], i, 0);
        }
        byNumber.sort();
    }

    private Record record(int place) {
        return new Record(Long.toString(inOrder[place]), Json.number(inOrder[place]), place);
    }

    @Override
    public List<Record> page(@Nullable String after, int limit) {
        int known = after == null ? -1 : byNumber.find(Limits.issueNumber(after));
        int from = known < 0 ? 0 : (int) byNumber.place(known) + 1;
        int to = (int) Math.min(size, (long) from + limit);
        List<Record> page = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            page.add(record(i));
        }
        return page;
    }

    @Override
    public @Nullable Record find(String id) {
        try {
            int known = byNumber.find(Limits.issueNumber(id));
            return known < 0 ? null : record((int) byNumber.place(known));
        } catch (BridgeException.Invalid noNumber) {
            return null;
        }
    }

    @Override
    public long count() {
        return size;
    }
}
