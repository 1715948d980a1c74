package poppo.bridge.redis;

import java.util.HashMap;
import java.util.Map;

/** A set of issue numbers; those that share a bucket of {@link Keys} share 64 bits. Not thread-safe. */
final class Numbers {
    private final Map<Long, Long> masks = new HashMap<>();

    void add(String number) {
        long value = Long.parseLong(number);
        masks.merge(Keys.bucket(value), bit(value), (one, other) -> one | other);
    }

    boolean contains(String number) {
        long value = Long.parseLong(number);
        return (masks.getOrDefault(Keys.bucket(value), 0L) & bit(value)) != 0;
    }

    private static long bit(long value) {
        return 1L << Math.floorMod(value, Keys.BUCKET);
    }
}
