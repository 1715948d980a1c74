package poppo.bridge.redis;

import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Any reply of RESP2: text as String, an integer as Long, an array as List of such, nothing as null. */
final class Reply extends CommandOutput<String, String, Object> {
    private final Deque<Frame> open = new ArrayDeque<>(2);
    private boolean malformed;

    @SuppressWarnings("NullAway") // CommandOutput takes null for "nothing yet"
    Reply() {
        super(Utf8.CODEC, null);
    }

    /** Whether something in it was no text. */
    boolean isMalformed() {
        return malformed;
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        add(bytes == null ? null : text(bytes));
    }

    @Override
    public void set(long integer) {
        add(integer);
    }

    @Override
    public void multi(int count) {
        List<@Nullable Object> list = new ArrayList<>(Math.max(count, 0));
        attach(list);
        open.push(new Frame(list, count));
        close();
    }

    private String text(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        String text = Utf8.decode(copy);
        if (text == null) {
            malformed = true;
            return "";
        }
        return text;
    }

    private void add(@Nullable Object value) {
        attach(value);
        close();
    }

    @SuppressWarnings("NullAway") // a nil reply is null, as in all of Lettuce
    private void attach(@Nullable Object value) {
        Frame frame = open.peek();
        if (frame == null) {
            output = value;
        } else {
            frame.list.add(value);
        }
    }

    private void close() {
        for (Frame frame = open.peek(); frame != null && frame.list.size() >= frame.size; frame = open.peek()) {
            open.pop();
        }
    }

    private record Frame(List<@Nullable Object> list, int size) {}
}
