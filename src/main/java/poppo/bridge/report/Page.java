package poppo.bridge.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** A page for people that asks for nothing from anywhere: its style is in it, and its script if it has one. */
public final class Page {
    private static final String STYLE = resource(Page.class, "report.css");

    private Page() {}

    /** A text that comes in the jar beside a class. */
    public static String resource(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " is part of the jar and can't be read", e);
        }
    }

    /**
     * The whole page.
     *
     * @param body in HTML
     * @param script empty for none
     */
    public static String of(String title, CharSequence body, String script) {
        return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\""
                + " content=\"width=device-width,initial-scale=1\"><title>" + Text.html(title) + "</title><style>"
                + STYLE + "</style></head><body><main>" + body + "</main>"
                + (script.isEmpty() ? "" : "<script>" + script + "</script>") + "</body></html>\n";
    }
}
