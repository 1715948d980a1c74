package poppo.bridge.migration;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Difference;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Stamp;

/** The forms in which people and tools read a {@link DiffReport}. */
public enum ReportFormat {
    TEXT {
        @Override
        public String render(DiffReport report) {
            StringBuilder out = new StringBuilder(headline(report)).append('\n');
            out.append(String.format("%n  %-20s", "collection"));
            COLUMNS.forEach(column -> out.append(right(column, column)));
            report.counts().forEach((collection, count) -> {
                out.append(String.format("%n  %-20s", collection.label()));
                for (int i = 0; i < COLUMNS.size(); i++) {
                    out.append(
                            right(String.format(Locale.ROOT, "%,d", cells(count).get(i)), COLUMNS.get(i)));
                }
            });
            out.append('\n');
            for (DiffReport.Found found : report.differences()) {
                out.append('\n')
                        .append(found.difference())
                        .append("\n  cause: ")
                        .append(found.cause());
                out.append(found.repaired() ? " (repaired)\n" : "\n");
            }
            if (!report.notCompared().isEmpty()) {
                out.append("\nnot compared: ")
                        .append(String.join("; ", report.notCompared()))
                        .append('\n');
            }
            return out.toString();
        }

        /** As wide as the column's title, or a number in the millions. */
        private static String right(String cell, String title) {
            return " ".repeat(Math.max(2, Math.max(9, title.length()) + 2 - cell.length())) + cell;
        }
    },
    JSON {
        @Override
        public String render(DiffReport report) {
            return Json.pretty(report.toJson()) + "\n";
        }
    },
    MARKDOWN {
        @Override
        public String render(DiffReport report) {
            StringBuilder out =
                    new StringBuilder("### ").append(headline(report)).append("\n\n| collection | ");
            out.append(String.join(" | ", COLUMNS)).append(" |\n|---|");
            out.append("---:|".repeat(COLUMNS.size()));
            report.counts()
                    .forEach((collection, count) -> out.append("\n| ")
                            .append(collection.label())
                            .append(" | ")
                            .append(cells(count).stream().map(String::valueOf).collect(Collectors.joining(" | ")))
                            .append(" |"));
            out.append('\n');
            if (!report.differences().isEmpty()) {
                out.append("\n| record | pointer | file | redis | cause | repaired |\n|---|---|---|---|---|---|\n");
            }
            for (DiffReport.Found found : report.differences()) {
                Difference difference = found.difference();
                out.append("| ")
                        .append(String.join(
                                " | ",
                                code(difference.key().toString()),
                                code(difference.pointer()),
                                code(text(difference.file())),
                                code(text(difference.redis())),
                                found.cause(),
                                found.repaired() ? "yes" : "no"));
                out.append(" |\n");
            }
            out.append("\nNot compared: ")
                    .append(String.join("; ", report.notCompared()))
                    .append(".\n");
            return out.toString();
        }

        private static String code(String text) {
            return text.isEmpty()
                    ? ""
                    : "`" + text.replace("|", "\\|").replace("`", "'").replace("\n", " ") + "`";
        }
    },
    HTML {
        @Override
        public String render(DiffReport report) {
            StringBuilder out = new StringBuilder("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>")
                    .append(escape(headline(report)))
                    .append("</title><style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;")
                    .append(
                            "margin:2rem auto;max-width:70rem;padding:0 1rem}table{border-collapse:collapse;width:100%;")
                    .append("margin:1rem 0}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884;")
                    .append("vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}code{")
                    .append("overflow-wrap:anywhere}.consistent{color:#1a7f37}.inconsistent{color:#cf222e}</style>");
            out.append("<h1 class=\"")
                    .append(report.verdict())
                    .append("\">")
                    .append(report.verdict())
                    .append("</h1><p>");
            out.append(escape(headline(report))).append("</p><table><tr><th>collection</th>");
            COLUMNS.forEach(
                    column -> out.append("<th class=\"n\">").append(column).append("</th>"));
            report.counts().forEach((collection, count) -> {
                out.append("</tr><tr><td>").append(collection.label()).append("</td>");
                cells(count)
                        .forEach(cell ->
                                out.append("<td class=\"n\">").append(cell).append("</td>"));
            });
            out.append("</tr></table>");
            if (!report.differences().isEmpty()) {
                out.append("<table><tr><th>record</th><th>pointer</th><th>file</th><th>redis</th><th>cause</th></tr>");
            }
            for (DiffReport.Found found : report.differences()) {
                Difference difference = found.difference();
                out.append("<tr><td>").append(escape(difference.key().toString()));
                out.append("</td><td><code>").append(escape(difference.pointer()));
                out.append("</code></td><td><code>").append(escape(text(difference.file())));
                out.append("</code></td><td><code>").append(escape(text(difference.redis())));
                out.append("</code></td><td>").append(escape(found.cause()));
                out.append(found.repaired() ? " (repaired)</td></tr>" : "</td></tr>");
            }
            out.append(report.differences().isEmpty() ? "" : "</table>").append("<p>Not compared: ");
            return out.append(escape(String.join("; ", report.notCompared())))
                    .append(".</p></html>\n")
                    .toString();
        }
    },
    JUNIT {
        @Override
        public String render(DiffReport report) {
            StringBuilder out = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"")
                    .append("consistency diff\" tests=\"")
                    .append(report.counts().size())
                    .append("\" failures=\"")
                    .append(report.counts().values().stream()
                            .filter(count -> count.differing() > 0)
                            .count())
                    .append("\">\n");
            report.counts().forEach((collection, count) -> {
                out.append("  <testcase classname=\"poppo-bridge.diff\" name=\"")
                        .append(collection.label())
                        .append("\"");
                if (count.differing() == 0) {
                    out.append("/>\n");
                    return;
                }
                out.append(">\n    <failure message=\"")
                        .append(count.differing())
                        .append(" records differ\">");
                report.differences().stream()
                        .filter(found -> found.difference().key().collection() == collection)
                        .forEach(found -> out.append(escape(found.difference().toString()))
                                .append('\n'));
                out.append("</failure>\n  </testcase>\n");
            });
            return out.append("</testsuite>\n").toString();
        }
    };

    private static final java.util.List<String> COLUMNS =
            java.util.List.of("compared", "equal", "missing in Redis", "missing in files", "different", "noise");

    public abstract String render(DiffReport report);

    /** @throws BridgeException.Invalid naming those there are */
    public static ReportFormat of(String label) {
        return Arrays.stream(values())
                .filter(format -> format.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new BridgeException.Invalid(
                        "format",
                        "'" + label + "' is none of "
                                + Arrays.stream(values())
                                        .map(ReportFormat::label)
                                        .collect(Collectors.joining(", "))));
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static String headline(DiffReport report) {
        return String.format(
                Locale.ROOT,
                "Diff %s: %s, %,d records compared, %,d differ (phase %s, epoch %d, %s, %d ms)",
                report.id(),
                report.verdict(),
                report.compared(),
                report.differing(),
                report.phase(),
                report.epoch(),
                Stamp.time(report.time()),
                report.tookMillis());
    }

    static java.util.List<Long> cells(Count count) {
        return java.util.List.of(
                count.compared, count.equal, count.missingInRedis, count.missingInFile, count.different, count.noise);
    }

    static String text(@Nullable JsonNode value) {
        return value == null ? "(absent)" : Json.compact(value);
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
