package poppo.bridge.replay;

/**
 * A place where a replay came out otherwise than the fixture says.
 *
 * @param course how it was run
 * @param what the call's number and name, or what was compared in the end
 * @param place the file with the expectation and the line, {@code operations.jsonl:18}
 */
public record Difference(String course, String what, String place, String expected, String actual) {
    private static final int BEFORE = 60;
    private static final int WIDTH = 140;
    private static final String CUT = "…";

    /** Where the two first differ, counted from 0. */
    int at() {
        int most = Math.min(expected.length(), actual.length());
        int at = 0;
        while (at < most && expected.charAt(at) == actual.charAt(at)) {
            at++;
        }
        boolean inPair = at > 0 && at < expected.length() && Character.isLowSurrogate(expected.charAt(at));
        return inPair ? at - 1 : at;
    }

    /** Both values, one under the other, cut to where they first differ, and a mark under that. */
    public String aligned() {
        int at = at();
        int from = Math.max(0, at - BEFORE);
        String lead = from > 0 ? CUT : "";
        return "  expected: " + lead + cut(expected, from) + "\n  actual:   " + lead + cut(actual, from)
                + "\n            " + " ".repeat(lead.length() + at - from) + "^ column " + (at + 1);
    }

    private static String cut(String text, int from) {
        if (text.length() - from <= WIDTH) {
            return text.substring(from);
        }
        return text.substring(from, from + WIDTH) + CUT;
    }
}
