package poppo.bridge.migration;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Resource;
import poppo.bridge.report.Marked;
import poppo.bridge.report.Page;
import poppo.bridge.report.Text;
import poppo.bridge.shadow.Difference;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/**
 * A diff as one page for people, the verdict first. It asks for nothing from anywhere; without its script only the filters
 * are missing. Rendered once.
 */
public final class HtmlReport {
    private static final String SCRIPT = Resource.text(HtmlReport.class, "report.js");
    /** Stands for a percentage of nothing. */
    private static final String NOTHING = "–";

    private final DiffReport report;
    private final StringBuilder out = new StringBuilder();

    HtmlReport(DiffReport report) {
        this.report = report;
    }

    /** The Content-Security-Policy under which the page works: its own style, its own script, and nothing else. */
    public static String contentSecurityPolicy() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(SCRIPT.getBytes(StandardCharsets.UTF_8));
            return "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-"
                    + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    String render() {
        verdict();
        collections();
        runs();
        differences();
        rest();
        return Page.of("Diff " + report.id() + ": " + report.verdict(), out, SCRIPT);
    }

    private void verdict() {
        out.append("<header class=\"verdict ").append(report.verdict()).append("\"><h1>");
        out.append(
                switch (report.verdict()) {
                    case "consistent" -> "Consistent";
                    case "inconsistent" -> "Not consistent";
                    default -> "Void: this diff proves nothing";
                });
        out.append("</h1><p>").append(Text.html(sentence())).append("</p></header><dl class=\"facts\">");
        fact("diff", report.id());
        fact("ended", Stamp.time(report.time()));
        fact("phase", report.header().phase() + ", epoch " + report.header().epoch());
        fact(
                "took",
                String.format(Locale.ROOT, "%,d ms", report.header().tookMillis())
                        + (report.header().resumed() > 0 ? " since it was resumed" : ""));
        Planted.Tally planted = report.planted();
        fact(
                "planted by the diff itself",
                planted.found() + " of " + planted.planted() + " found"
                        + (planted.madeUp() > 0 ? ", " + planted.madeUp() + " made up" : ""));
        if (report.header().repair() != Repair.NONE) {
            fact("repair", report.header().repair().label() + (report.header().dryRun() ? " (dry run)" : ""));
        }
        Past past = report.past();
        if (past.before() != null) {
            fact(
                    "since " + past.before(),
                    past.added().size() + " new, " + past.gone().size() + " gone, " + past.still() + " still there");
        }
        out.append("</dl>");
    }

    private String sentence() {
        long repaired = report.counts().values().stream()
                .mapToLong(count -> count.repaired)
                .sum();
        String differ = report.differing() == 0
                ? "both stores agree on all of them."
                : String.format(Locale.ROOT, "%,d differ", report.differing())
                        + (repaired > 0 ? String.format(Locale.ROOT, ", %,d of them repaired.", repaired) : ".");
        return String.format(Locale.ROOT, "%,d records compared: %s", report.compared(), differ);
    }

    private void fact(String name, String value) {
        out.append("<div><dt>").append(Text.html(name)).append("</dt><dd>");
        out.append(Text.html(value)).append("</dd></div>");
    }

    private void collections() {
        out.append(
                        "<h2>Agreement by collection</h2><table class=\"wide\"><thead><tr><th>collection</th><th>agreement</th>")
                .append("<th class=\"n\">%</th>");
        ReportFormat.COLUMNS.forEach(
                column -> out.append("<th class=\"n\">").append(column).append("</th>"));
        out.append("<th class=\"n\">repaired</th></tr></thead><tbody>");
        report.counts().forEach(this::collection);
        out.append("</tbody></table>");
    }

    private void collection(StateCollection collection, Count count) {
        out.append("<tr><td><b>").append(collection.label()).append("</b></td><td>");
        boolean isKnown = count.compared > 0;
        out.append(isKnown ? Svg.bar(count.agreement()) : "").append("</td><td class=\"n\" data-l=\"agreement %\">");
        out.append(isKnown ? Svg.percent(count.agreement()) : NOTHING).append("</td>");
        List<Long> cells = new ArrayList<>(ReportFormat.cells(count));
        cells.add(count.repaired);
        for (int i = 0; i < cells.size(); i++) {
            boolean isBad = i >= 2 && i <= 4;
            String kind = cells.get(i) == 0 ? "n zero" : isBad ? "n hot" : "n";
            String label = i < ReportFormat.COLUMNS.size() ? ReportFormat.COLUMNS.get(i) : "repaired";
            out.append("<td class=\"")
                    .append(kind)
                    .append("\" data-l=\"")
                    .append(label)
                    .append("\">");
            out.append(String.format(Locale.ROOT, "%,d", cells.get(i))).append("</td>");
        }
        out.append("</tr>");
    }

    private void runs() {
        List<Past.Run> runs = new ArrayList<>(report.past().runs());
        if (runs.isEmpty()) {
            return;
        }
        runs.add(Past.Run.of(report));
        out.append("<h2>Agreement over the last ")
                .append(runs.size())
                .append(" runs</h2><table class=\"wide\"><tbody>");
        for (StateCollection collection : report.counts().keySet()) {
            List<Double> values = runs.stream()
                    .flatMap(run -> Stream.ofNullable(run.agreement().get(collection)))
                    .toList();
            out.append("<tr><td><b>").append(collection.label()).append("</b></td><td>");
            out.append(values.isEmpty() ? "" : Svg.trend(values)).append("</td><td class=\"n soft\">");
            out.append(values.stream()
                            .min(Double::compare)
                            .map(lowest -> "lowest " + Svg.percent(lowest) + " %")
                            .orElse(NOTHING))
                    .append("</td></tr>");
        }
        out.append("</tbody></table><p class=\"soft\">From ")
                .append(Text.html(runs.get(0).time()));
        out.append(" to ").append(Text.html(runs.get(runs.size() - 1).time()));
        out.append("; ")
                .append(runs.stream()
                        .filter(run -> run.verdict().equals("consistent"))
                        .count());
        out.append(" of ").append(runs.size()).append(" runs were consistent.</p>");
    }

    private void differences() {
        if (report.differences().isEmpty()) {
            return;
        }
        out.append("<h2>Differences</h2><div class=\"filters\" hidden><input id=\"text\" type=\"search\"")
                .append(" aria-label=\"Search\" placeholder=\"Search in records, fields and values\">");
        pick(
                "collection",
                "any collection",
                found -> found.difference().key().collection().label());
        pick("kind", "any kind", found -> found.difference().kind().label());
        pick("cause", "any cause", found -> found.cause().name());
        pick("moved", "whichever side moved", found -> found.cause().moved().label());
        out.append(
                        "<span class=\"soft\" id=\"shown\"></span></div><table class=\"wide\" id=\"differences\"><thead><tr>")
                .append("<th>record</th><th>file</th><th>Redis</th><th>likely cause</th></tr></thead><tbody>");
        report.differences().forEach(this::difference);
        out.append("</tbody></table>");
    }

    private void pick(String name, String any, Function<Found, String> value) {
        out.append("<select name=\"").append(name).append("\" aria-label=\"").append(name);
        out.append("\"><option value=\"\">").append(any).append("</option>");
        report.differences().stream()
                .map(value)
                .distinct()
                .sorted()
                .forEach(each -> out.append("<option>").append(Text.html(each)).append("</option>"));
        out.append("</select>");
    }

    private void difference(Found found) {
        Difference difference = found.difference();
        out.append("<tr data-collection=\"")
                .append(difference.key().collection().label());
        out.append("\" data-kind=\"").append(difference.kind().label());
        out.append("\" data-cause=\"").append(Text.html(found.cause().name()));
        out.append("\" data-moved=\"").append(found.cause().moved().label()).append("\"><td><b>");
        out.append(Text.html(difference.key().toString())).append("</b><br><code>");
        out.append(Text.html(difference.pointer())).append("</code></td>");
        Values values = Values.of(difference);
        value("file", values.file);
        value("Redis", values.redis);
        out.append("<td><span class=\"tag\">")
                .append(Text.html(found.cause().name()))
                .append("</span>");
        out.append(
                switch (found.cause().moved()) {
                    case FILE -> " the file moved";
                    case REDIS -> " Redis moved";
                    case BOTH -> " both moved";
                    case UNKNOWN -> "";
                });
        evidence(found.cause().evidence());
        if (found.fix() != null) {
            evidence(found.fix().toString());
        }
        out.append("</td></tr>");
    }

    private void evidence(String text) {
        if (!text.isEmpty()) {
            out.append("<span class=\"evidence\">").append(Text.html(text)).append("</span>");
        }
    }

    private void value(String side, String html) {
        out.append("<td data-l=\"").append(side).append("\">").append(html).append("</td>");
    }

    /** Both values, what is the same at their beginning and end unmarked. */
    private record Values(String file, String redis) {
        private static final String ABSENT = "<span class=\"absent\">absent</span>";

        static Values of(Difference difference) {
            String file = difference.file() == null ? null : Text.of(difference.file());
            String redis = difference.redis() == null ? null : Text.of(difference.redis());
            if (file == null || redis == null) {
                return new Values(whole(file), whole(redis));
            }
            Marked marked = Marked.of(file, redis);
            return new Values(marked.one(), marked.other());
        }

        private static String whole(@Nullable String text) {
            return text == null ? ABSENT : "<code>" + Text.html(text) + "</code>";
        }
    }

    private void rest() {
        out.append("<h2>Noise rules</h2><table class=\"wide\"><thead><tr><th>rule</th><th class=\"n\">covered</th>")
                .append("<th>owner</th><th>expires</th><th>reason</th></tr></thead><tbody>");
        for (Noise rule : report.noise()) {
            out.append("<tr><td><b>")
                    .append(Text.html(rule.name()))
                    .append("</b></td><td class=\"n\" data-l=\"covered\">");
            out.append(rule.count()).append("</td><td data-l=\"owner\">").append(Text.html(rule.owner()));
            out.append("</td><td data-l=\"expires\">")
                    .append(Text.html(rule.expires() == null ? "never" : rule.expires()));
            out.append("</td><td>").append(Text.html(rule.reason())).append("</td></tr>");
        }
        out.append("</tbody></table><h2>Not compared</h2><ul>");
        report.notCompared()
                .forEach(each -> out.append("<li>").append(Text.html(each)).append("</li>"));
        out.append("</ul>");
    }
}
