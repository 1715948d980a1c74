package poppo.bridge.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Json;

/** Makes any text harmless where it is to be shown; records hold what anybody wrote. Pure. */
public final class Text {
    private Text() {}

    /** A value as JSON, or that there is none. */
    public static String of(@Nullable JsonNode value) {
        return value == null ? "(absent)" : Json.compact(value);
    }

    /** On one line and without what a terminal would obey. */
    public static String plain(String text) {
        return replaced(text, c -> !Character.isISOControl(c) && !isLoneOrUnseen(c));
    }

    /** In HTML, also within quotes. */
    public static String html(String text) {
        return xml(text).replace("'", "&#39;");
    }

    /** In XML 1.0, also within double quotes. */
    public static String xml(String text) {
        return replaced(text, c -> !Character.isISOControl(c) && !isLoneOrUnseen(c) && c != 0xFFFE && c != 0xFFFF)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** As code in a cell of a Markdown table. */
    public static String code(String text) {
        if (text.isEmpty()) {
            return "";
        }
        String plain = plain(text).replace("|", "\\|");
        String fence = "`";
        while (plain.contains(fence)) {
            fence += "`";
        }
        return fence.length() == 1 ? fence + plain + fence : fence + " " + plain + " " + fence;
    }

    /** As prose in Markdown. */
    public static String markdown(String text) {
        return plain(text).replaceAll("([\\\\`*_{}\\[\\]<>#|~!])", "\\\\$1");
    }

    /** Half a surrogate pair, or a character that turns the direction of the text around it. */
    private static boolean isLoneOrUnseen(int c) {
        return (c >= 0xD800 && c <= 0xDFFF) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    }

    private static String replaced(String text, IntPredicate isKept) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (isKept.test(c)) {
                out.appendCodePoint(c);
            } else {
                out.append(String.format("\\u%04x", c));
            }
        });
        return out.toString();
    }
}
