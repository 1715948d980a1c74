package poppo.bridge.replay;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Other texts in the place of those that must not be told. Equal texts get equal ones as long as this lives, others get
 * others; and nobody can try out what a text was, since the key is random and only here. Thread-safe.
 *
 * <p>A text stays about as long as it was, in characters and in UTF-8, so that a replay has as much to write.
 */
final class Pseudonyms {
    private static final String HMAC = "HmacSHA256";
    private static final int NAME_LENGTH = 10;
    private static final String FILLING = " lorem ipsum dolor sit amet";
    private static final String TWO_BYTES = "é";
    private static final String THREE_BYTES = "語";
    private static final String FOUR_BYTES = "😀";

    private final SecretKeySpec key;

    Pseudonyms() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        key = new SecretKeySpec(random, HMAC);
    }

    /** @param kind what sort of text it was: the beginning of what stands in its place */
    String of(String kind, String text) {
        if (text.isEmpty()) {
            return text;
        }
        StringBuilder other = new StringBuilder(text.length() + NAME_LENGTH);
        other.append(kind).append('-').append(name(text));
        int filled = 0;
        int skipped = 0;
        for (int at = 0; at < text.length(); ) {
            int character = text.codePointAt(at);
            at += Character.charCount(character);
            if (character >= 0x80) {
                other.append(standIn(character));
            } else if (skipped++ >= kind.length() + 1 + NAME_LENGTH) {
                other.append(character == '\n' ? '\n' : FILLING.charAt(filled++ % FILLING.length()));
            }
        }
        return other.toString();
    }

    private static String standIn(int character) {
        if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
            // Half a character is what a replay has to get right.
            return Character.toString(character);
        }
        return character < 0x800 ? TWO_BYTES : character < 0x10000 ? THREE_BYTES : FOUR_BYTES;
    }

    private String name(String text) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            byte[] hash = mac.doFinal(text.getBytes(StandardCharsets.UTF_16BE));
            StringBuilder name = new StringBuilder(NAME_LENGTH);
            for (int i = 0; i < NAME_LENGTH; i++) {
                name.append((char) ('a' + Math.floorMod(hash[i], 26)));
            }
            return name.toString();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }
}
