package poppo.bridge.redis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import poppo.bridge.machine.Resource;

/** A script of this package, and the name that the server knows it by. */
record Script(String text, String sha) {
    static final Script COMMIT = load("commit.lua");
    static final Script FENCE = load("fence.lua");

    private static Script load(String name) {
        byte[] text = Resource.bytes(Script.class, name);
        try {
            String sha =
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
            return new Script(new String(text, StandardCharsets.UTF_8), sha);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
