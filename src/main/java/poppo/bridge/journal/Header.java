package poppo.bridge.journal;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How a segment begins.
 *
 * @param first the sequence of its first entry
 * @param previous the last sequence that counts of what was before it: entries past that, which a failed write may have
 *     left in the earlier segment, were refused
 */
record Header(long first, long previous) {
    static final int SIZE = 28;
    private static final long MAGIC = 0x50424a524e4c0001L;

    byte[] toBytes() {
        ByteBuffer bytes =
                ByteBuffer.allocate(SIZE).putLong(MAGIC).putLong(first).putLong(previous);
        return bytes.putInt(Frame.crc(bytes.array(), 0, SIZE - 4)).array();
    }

    /** Null where the bytes don't begin as a segment does. */
    static @Nullable Header read(byte[] bytes) {
        if (bytes.length < SIZE) {
            return null;
        }
        ByteBuffer from = ByteBuffer.wrap(bytes);
        boolean whole = from.getLong(0) == MAGIC && from.getInt(SIZE - 4) == Frame.crc(bytes, 0, SIZE - 4);
        return whole ? new Header(from.getLong(8), from.getLong(16)) : null;
    }
}
