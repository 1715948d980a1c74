package poppo.bridge.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import poppo.bridge.state.BridgeException;

/** A secret and the role of whoever bears it. Prints without the secret, and compares in constant time. */
public final class Token {
    private final Role role;
    private final byte[] digest;

    /** @throws BridgeException.Invalid unless {@code secret} can stand in an HTTP header as it is */
    public Token(Role role, String secret) {
        if (secret.isEmpty() || !secret.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new BridgeException.Invalid(
                    "bridge.security.tokens", "a token must be of printable ASCII characters without spaces");
        }
        this.role = role;
        this.digest = digest(secret);
    }

    public Role role() {
        return role;
    }

    boolean matches(String secret) {
        return MessageDigest.isEqual(digest, digest(secret));
    }

    boolean isSameAs(Token other) {
        return MessageDigest.isEqual(digest, other.digest);
    }

    private static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "Token[" + role + "]";
    }
}
