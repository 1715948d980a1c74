package poppo.bridge.redis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names a content shortly: for the server, which can only do SHA-1, and among ourselves. */
final class Digest {
    private static final HexFormat HEX = HexFormat.of();

    private Digest() {}

    /** The digest of a list as commit.lua computes it. */
    static String ofList(List<? extends @Nullable String> list) {
        MessageDigest digest = algorithm("SHA-1");
        for (String text : list) {
            if (text == null) {
                digest.update((byte) '-');
            } else {
                byte[] bytes = Utf8.encode(text);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
                digest.update(bytes);
            }
        }
        return HEX.formatHex(digest.digest());
    }

    /** A short name for a text: 60 bits, so that two texts practically never share it. */
    static String name(String text) {
        byte[] digest = algorithm("SHA-256").digest(Utf8.encode(text));
        return HEX.formatHex(digest, 0, 8).substring(0, 15);
    }

    /** Tells two contents of one record apart; 64 bits, quick. */
    static String fingerprint(List<String> list) {
        long hash = list.size();
        for (String text : list) {
            hash = mix(hash, text);
        }
        return Long.toHexString(hash ^ (hash >>> 29));
    }

    /** As {@link #fingerprint}, whatever the order of the pairs. */
    static String fingerprintOfPairs(List<String> pairs) {
        long sum = pairs.size();
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            long hash = mix(mix(1, pairs.get(i)), pairs.get(i + 1));
            sum += hash ^ (hash >>> 29);
        }
        return Long.toHexString(sum);
    }

    private static long mix(long seed, String text) {
        long hash = seed * 0x9E3779B97F4A7C15L + text.length();
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
        }
        return hash;
    }

    private static MessageDigest algorithm(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + name, e);
        }
    }
}
