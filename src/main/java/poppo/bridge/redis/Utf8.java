package poppo.bridge.redis;

import io.lettuce.core.codec.RedisCodec;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Text as UTF-8, except that half a surrogate pair, which JSON can hold and UTF-8 can't, becomes the three bytes it would
 * have if it were a character (WTF-8, simonsapin.github.io/wtf-8). So every Java string comes back as it went in, and
 * every well-formed one is plain UTF-8 to other programs.
 */
final class Utf8 implements RedisCodec<String, String> {
    static final Utf8 CODEC = new Utf8();
    private static final char REPLACEMENT = '\uFFFD';

    private Utf8() {}

    static byte[] encode(String text) {
        return hasSurrogates(text) ? encodeExactly(text) : text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean hasSurrogates(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static byte[] encodeExactly(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() * 2);
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                out.write(0xE0 | (c >> 12));
                out.write(0x80 | ((c >> 6) & 0x3F));
                out.write(0x80 | (c & 0x3F));
            } else {
                out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    /** The text, or null when the bytes are none. */
    static @Nullable String decode(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0 ? text : decodeExactly(bytes);
    }

    private static @Nullable String decodeExactly(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        int from = 0;
        for (int i = 0; i + 2 < bytes.length; i++) {
            if (isSurrogate(bytes, i)) {
                text.append(new String(bytes, from, i - from, StandardCharsets.UTF_8));
                text.append((char) (0xD000 | ((bytes[i + 1] & 0x3F) << 6) | (bytes[i + 2] & 0x3F)));
                from = i + 3;
                i += 2;
            }
        }
        text.append(new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8));
        String decoded = text.toString();
        return java.util.Arrays.equals(encode(decoded), bytes) ? decoded : null;
    }

    /** What {@link #decode} makes of what {@link #encode} does; ASCII is not worth the trouble. */
    static @Nullable String roundTrip(String text) {
        return isAscii(text) ? text : decode(encode(text));
    }

    static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7F) {
                return false;
            }
        }
        return true;
    }

    /** 0xED never starts or continues any other character that is followed by 0xA0 or more. */
    private static boolean isSurrogate(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) == 0xED && (bytes[at + 1] & 0xE0) == 0xA0 && (bytes[at + 2] & 0xC0) == 0x80;
    }

    @Override
    public String decodeKey(ByteBuffer bytes) {
        return decodeValue(bytes);
    }

    @Override
    public String decodeValue(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    @Override
    public ByteBuffer encodeKey(String key) {
        return encodeValue(key);
    }

    @Override
    public ByteBuffer encodeValue(String value) {
        return ByteBuffer.wrap(encode(value));
    }
}
