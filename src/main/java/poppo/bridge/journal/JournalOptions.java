package poppo.bridge.journal;

import poppo.bridge.state.BridgeException;

/**
 * How a journal is kept.
 *
 * @param maxBytes what all its segments may take on the disk; past it, entries are refused
 * @param keepFree so many bytes of the file system it leaves to others, first of all to the rewrite of the files
 * @param segmentBytes the size of a segment, which is given its place on the disk before it is used
 */
public record JournalOptions(Fsync fsync, long maxBytes, long keepFree, int segmentBytes) {
    private static final int MIB = 1 << 20;

    public JournalOptions {
        if (segmentBytes < 4096) {
            throw new BridgeException.Invalid("segmentBytes", "must be at least 4096");
        }
        if (maxBytes < 2L * segmentBytes) {
            throw new BridgeException.Invalid(
                    "bridge.journal.max-bytes", "must be at least " + 2 * segmentBytes + ", two segments");
        }
        if (keepFree < 0) {
            throw new BridgeException.Invalid("bridge.journal.keep-free", "must not be negative");
        }
    }

    public static JournalOptions defaults() {
        return new JournalOptions(Fsync.ALWAYS, 256L * MIB, 16L * MIB, 4 * MIB);
    }

    public JournalOptions withFsync(Fsync other) {
        return new JournalOptions(other, maxBytes, keepFree, segmentBytes);
    }

    public JournalOptions withBounds(long most, long free) {
        return new JournalOptions(fsync, most, free, segmentBytes);
    }
}
