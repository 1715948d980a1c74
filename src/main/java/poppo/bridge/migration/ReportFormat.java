package poppo.bridge.migration;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import poppo.bridge.report.Text;
import poppo.bridge.shadow.Difference;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Labels;
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
            for (Found found : report.differences()) {
                Difference difference = found.difference();
                out.append('\n').append(Text.plain(difference.key() + " " + difference.pointer()));
                out.append("\n  file : ").append(Text.plain(Text.of(difference.file())));
                out.append("\n  redis: ").append(Text.plain(Text.of(difference.redis())));
                out.append("\n  cause: ").append(Text.plain(told(found))).append('\n');
            }
            tail(report).forEach(line -> out.append('\n').append(Text.plain(line)));
            return out.append('\n').toString();
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
            StringBuilder out = new StringBuilder("### ")
                    .append(Text.markdown(headline(report)))
                    .append("\n\n| collection | ");
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
                out.append("\n| record | pointer | file | redis | cause |\n|---|---|---|---|---|\n");
            }
            for (Found found : report.differences()) {
                Difference difference = found.difference();
                out.append("| ")
                        .append(String.join(
                                " | ",
                                Text.code(difference.key().toString()),
                                Text.code(difference.pointer()),
                                Text.code(Text.of(difference.file())),
                                Text.code(Text.of(difference.redis())),
                                Text.markdown(told(found))))
                        .append(" |\n");
            }
            tail(report)
                    .forEach(
                            line -> out.append('\n').append(Text.markdown(line)).append('\n'));
            return out.toString();
        }
    },
    HTML {
        @Override
        public String render(DiffReport report) {
            return new HtmlReport(report).render();
        }
    },
    JUNIT {
        @Override
        public String render(DiffReport report) {
            return JunitReport.render(report);
        }
    };

    static final List<String> COLUMNS =
            List.of("compared", "equal", "missing in Redis", "missing in files", "different", "noise");

    public abstract String render(DiffReport report);

    /** @throws BridgeException.Invalid naming those there are */
    public static ReportFormat of(String label) {
        return Labels.find("format", label, values(), ReportFormat::label);
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
                report.header().phase(),
                report.header().epoch(),
                Stamp.time(report.time()),
                report.header().tookMillis());
    }

    static List<Long> cells(Count count) {
        return List.of(
                count.compared, count.equal, count.missingInRedis, count.missingInFile, count.different, count.noise);
    }

    /** Why a difference is there, and what was done about it. */
    static String told(Found found) {
        String moved = switch (found.cause().moved()) {
            case FILE -> ", the file moved";
            case REDIS -> ", Redis moved";
            case BOTH -> ", both moved";
            case UNKNOWN -> "";
        };
        String evidence = found.cause().evidence();
        return found.cause().name()
                + moved
                + (evidence.isEmpty() ? "" : ": " + evidence)
                + (found.fix() == null ? found.repaired() ? " (repaired)" : "" : " (" + found.fix() + ")");
    }

    /** What there is to say after the differences, a line each. */
    static List<String> tail(DiffReport report) {
        List<String> lines = new ArrayList<>();
        long listed = report.differences().stream()
                .map(found -> found.difference().key())
                .distinct()
                .count();
        if (listed < report.differing()) {
            lines.add(String.format(
                    Locale.ROOT, "listed: of %,d records that differ the first %,d", report.differing(), listed));
        }
        report.noise().stream()
                .filter(rule -> rule.count() > 0)
                .forEach(
                        rule -> lines.add("noise: " + rule.count() + " by rule '" + rule.name() + "' of " + rule.owner()
                                + (rule.expires() == null ? "" : ", until " + rule.expires()) + ": " + rule.reason()));
        Planted.Tally planted = report.planted();
        if (planted.planted() > 0) {
            lines.add("planted by the diff itself: " + planted.planted() + ", found: " + planted.found()
                    + (planted.madeUp() > 0 ? ", made up: " + planted.madeUp() : "")
                    + (planted.holds() ? "" : "; so this diff proves nothing"));
        }
        Past past = report.past();
        if (past.before() != null) {
            lines.add("since " + past.before() + ": " + past.added().size() + " new, "
                    + past.gone().size() + " gone, " + past.still() + " still there");
        }
        lines.add("not compared: " + String.join("; ", report.notCompared()));
        return lines;
    }

    @Override
    public String toString() {
        return label();
    }
}
