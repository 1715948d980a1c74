package poppo.bridge.state;

import org.jspecify.annotations.Nullable;

/** The limits of spec/http-api.md; whoever breaks one gets {@link BridgeException.Invalid} with the rule. */
public final class Limits {
    /** 2^53 - 1: the largest integer that JavaScript holds exactly. */
    public static final long MAX_ISSUE = (1L << 53) - 1;

    /** In UTF-16 units. */
    public static final int MAX_ID = 256;

    private Limits() {}

    public static long issueNumber(long number) {
        if (number < 1 || number > MAX_ISSUE) {
            throw new BridgeException.Invalid("issue", "must be a whole number from 1 to " + MAX_ISSUE);
        }
        return number;
    }

    /** Reads an issue number in canonical decimal. */
    public static long issueNumber(String text) {
        try {
            long number = issueNumber(Long.parseLong(text));
            if (Long.toString(number).equals(text)) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new BridgeException.Invalid("issue", "must be a whole number from 1 to " + MAX_ISSUE);
        }
        throw new BridgeException.Invalid("issue", "must be written in plain decimal");
    }

    /** Checks a process, task or comment id. */
    public static String id(String field, @Nullable String id) {
        if (id == null || id.isEmpty() || id.length() > MAX_ID) {
            throw new BridgeException.Invalid(field, "must have 1 to " + MAX_ID + " characters");
        }
        if (id.chars().anyMatch(Character::isISOControl)) {
            throw new BridgeException.Invalid(field, "must not hold control characters");
        }
        if (Json.hasUnpairedSurrogate(id)) {
            throw new BridgeException.Invalid(field, "must be well-formed text (it holds half a surrogate pair)");
        }
        return id;
    }
}
