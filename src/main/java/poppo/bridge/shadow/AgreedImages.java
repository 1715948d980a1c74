package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.RecordKey;

/**
 * What both stores last agreed on about each record, as a digest, so that a difference can tell which of them moved. Eight
 * bytes a slot and at most {@value #MOST} slots, whatever the number of records; of those beyond, nothing is known.
 *
 * <p>Kept in {@code .bridge/agreed.bin} by {@link #save}. After a crash it is as old as the last one, and then a difference
 * may be told as having moved on both sides. No decision depends on it, so what can't be read or written is left out and
 * logged. Thread-safe.
 */
final class AgreedImages {
    private static final Logger LOG = LoggerFactory.getLogger(AgreedImages.class);
    private static final int MOST = 1 << 23;
    private static final int FORMAT = 0x50420003;
    private static final long KEY = ~0L << ImageDigest.BITS;

    private final Disk disk;
    private final Path file;
    /** Open addressing: 40 bits of the key's hash, then the digest; 0 where the slot is free. */
    private long[] slots = new long[1 << 10];

    private int used;

    AgreedImages(Disk disk, Path bridgeDirectory) {
        this.disk = disk;
        this.file = bridgeDirectory.resolve("agreed.bin");
        load();
    }

    /** Both stores have {@code image}; null where neither has the record. */
    void note(RecordKey key, @Nullable JsonNode image) {
        put(key(key), ImageDigest.of(key, image));
    }

    /** Which side of a pair that differs is not what both agreed on. */
    Moved moved(Pair pair) {
        long slot = slot(key(pair.key()));
        if (slot == 0) {
            return Moved.UNKNOWN;
        }
        boolean file = digest(slot) != ImageDigest.of(pair.key(), pair.file().image());
        boolean redis = digest(slot) != ImageDigest.of(pair.key(), pair.redis().image());
        if (file && redis) {
            return Moved.BOTH;
        }
        return file ? Moved.FILE : redis ? Moved.REDIS : Moved.UNKNOWN;
    }

    private synchronized long slot(long key) {
        return slots[place(slots, key)];
    }

    private synchronized void put(long key, int digest) {
        int place = place(slots, key);
        if (slots[place] == 0) {
            if (digest == ImageDigest.ABSENT || (used >= room(slots.length) && !makeRoom())) {
                return;
            }
            place = place(slots, key);
            used++;
        }
        slots[place] = key | digest;
    }

    private static int room(int length) {
        return length / 3 * 2;
    }

    /** Drops what both stores no longer have, and grows if that was not enough. */
    private boolean makeRoom() {
        long[] old = slots;
        int live = 0;
        for (long slot : old) {
            live += slot != 0 && digest(slot) != ImageDigest.ABSENT ? 1 : 0;
        }
        int length = old.length;
        while (live >= room(length) / 2 && length < MOST) {
            length <<= 1;
        }
        if (live >= room(length)) {
            return false;
        }
        slots = new long[length];
        used = live;
        for (long slot : old) {
            if (digest(slot) != ImageDigest.ABSENT) {
                slots[place(slots, slot & KEY)] = slot;
            }
        }
        return true;
    }

    /** The place of a key, or the free one where it belongs: neighbours by number share a line of the processor's cache. */
    private static int place(long[] slots, long key) {
        int at = (int) (key >>> ImageDigest.BITS) & (slots.length - 1);
        while (slots[at] != 0 && (slots[at] & KEY) != key) {
            at = (at + 1) & (slots.length - 1);
        }
        return at;
    }

    private static long key(RecordKey key) {
        long bits = ImageDigest.of(key) << ImageDigest.BITS;
        return bits == 0 ? KEY : bits;
    }

    private static int digest(long slot) {
        return (int) (slot & ~KEY);
    }

    /** Makes durable what is known. */
    synchronized void save() {
        ByteBuffer content = ByteBuffer.allocate(2 * Integer.BYTES + Long.BYTES * (used + 1));
        content.putInt(FORMAT).putInt(used);
        for (long slot : slots) {
            if (slot != 0) {
                content.putLong(slot);
            }
        }
        content.putLong(checksum(content, content.position()));
        try {
            disk.replace(file, content.array());
        } catch (IOException e) {
            LOG.warn(
                    "{} can't be written ({}); after a restart a diff can't tell which side moved", file, e.toString());
        }
    }

    private void load() {
        if (!Files.exists(file)) {
            return;
        }
        try {
            ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(file));
            int end = content.limit() - Long.BYTES;
            if (end < 2 * Integer.BYTES
                    || content.getLong(end) != checksum(content, end)
                    || content.getInt() != FORMAT) {
                LOG.warn("{} is damaged and left out; a diff can't tell which side moved until the next one", file);
                return;
            }
            for (int left = content.getInt(); left > 0; left--) {
                long slot = content.getLong();
                put(slot & KEY, digest(slot));
            }
        } catch (IOException e) {
            LOG.warn(
                    "{} can't be read ({}); a diff can't tell which side moved until the next one", file, e.toString());
        }
    }

    private static long checksum(ByteBuffer content, int length) {
        CRC32C crc = new CRC32C();
        crc.update(content.array(), 0, length);
        return crc.getValue();
    }
}
