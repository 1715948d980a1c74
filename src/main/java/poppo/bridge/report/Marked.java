package poppo.bridge.report;

/**
 * Two texts in HTML, what is the same at their beginning and end unmarked.
 *
 * @param one in {@code <code>}, as {@code other} is
 */
public record Marked(String one, String other) {
    public static Marked of(String one, String other) {
        int most = Math.min(one.length(), other.length());
        int head = 0;
        while (head < most && one.charAt(head) == other.charAt(head)) {
            head++;
        }
        head -= head > 0 && Character.isHighSurrogate(one.charAt(head - 1)) ? 1 : 0;
        int tail = 0;
        while (tail < most - head && one.charAt(one.length() - 1 - tail) == other.charAt(other.length() - 1 - tail)) {
            tail++;
        }
        tail -= tail > 0 && Character.isLowSurrogate(one.charAt(one.length() - tail)) ? 1 : 0;
        return new Marked(marked(one, head, tail), marked(other, head, tail));
    }

    private static String marked(String text, int head, int tail) {
        String middle = text.substring(head, text.length() - tail);
        return "<code>" + Text.html(text.substring(0, head))
                + (middle.isEmpty() ? "" : "<mark>" + Text.html(middle) + "</mark>")
                + Text.html(text.substring(text.length() - tail)) + "</code>";
    }
}
