package poppo.bridge.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One entry on the disk: {@code length, crc32c, then: sequence, synced, kind, payload}; all numbers big-endian, the length
 * and the checksum being those of what follows them.
 *
 * @param sequence entries are numbered from 1 without gaps
 * @param synced the last sequence known to be durable when this one was written: what tells a torn tail, which nobody was
 *     answered for, from damage
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record Frame(long sequence, long synced, Kind kind, byte[] payload) {
    private static final int PREFIX = 8;
    private static final int FIXED = 17;

    enum Kind {
        ENTRY(1),
        /** The payload is the sequence up to which all entries are in the files. */
        CHECKPOINT(2);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        private static @Nullable Kind of(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            return null;
        }
    }

    static int size(int payload) {
        return PREFIX + FIXED + payload;
    }

    int size() {
        return size(payload.length);
    }

    void writeTo(ByteBuffer to) {
        ByteBuffer body = ByteBuffer.allocate(FIXED + payload.length)
                .putLong(sequence)
                .putLong(synced)
                .put((byte) kind.code)
                .put(payload);
        to.putInt(body.capacity()).putInt(crc(body.array(), 0, body.capacity())).put(body.array());
    }

    /** The frame that begins at {@code at}; null where none does that is whole. */
    static @Nullable Frame read(byte[] bytes, int at) {
        if (at + PREFIX + FIXED > bytes.length) {
            return null;
        }
        ByteBuffer from = ByteBuffer.wrap(bytes);
        int length = from.getInt(at);
        int body = at + PREFIX;
        if (length < FIXED || length > bytes.length - body || crc(bytes, body, length) != from.getInt(at + 4)) {
            return null;
        }
        Kind kind = Kind.of(bytes[body + 16]);
        byte[] payload = new byte[length - FIXED];
        System.arraycopy(bytes, body + FIXED, payload, 0, payload.length);
        return kind == null ? null : new Frame(from.getLong(body), from.getLong(body + 8), kind, payload);
    }

    static Frame checkpoint(long sequence, long synced, long upTo) {
        return new Frame(
                sequence,
                synced,
                Kind.CHECKPOINT,
                ByteBuffer.allocate(8).putLong(upTo).array());
    }

    /** Of a checkpoint: what it says. */
    long upTo() {
        return ByteBuffer.wrap(payload).getLong();
    }

    static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
