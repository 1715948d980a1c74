package poppo.bridge.report;

import poppo.bridge.machine.Resource;

/** A page for people that asks for nothing from anywhere: its style is in it, and its script if it has one. */
public final class Page {
    private static final String STYLE = Resource.text(Page.class, "report.css");

    private Page() {}

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
