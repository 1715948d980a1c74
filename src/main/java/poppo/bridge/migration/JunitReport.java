package poppo.bridge.migration;

import java.util.Locale;
import poppo.bridge.state.StateCollection;

/** A diff as the XML that continuous integration reads: a test case for each collection, and one for the diff itself. */
final class JunitReport {
    private static final String SUITE = "poppo-bridge.diff";

    private JunitReport() {}

    static String render(DiffReport report) {
        long failures = report.counts().values().stream()
                .filter(count -> count.differing() > count.repaired)
                .count();
        boolean isVoid = report.verdict().equals("void");
        String seconds = String.format(Locale.ROOT, "%.3f", report.header().tookMillis() / 1000.0);
        StringBuilder out = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        out.append(String.format(
                Locale.ROOT,
                "<testsuite name=\"%s\" time=\"%s\" tests=\"%d\" errors=\"%d\" skipped=\"0\" failures=\"%d\">\n",
                SUITE,
                seconds,
                report.counts().size() + 1,
                isVoid ? 1 : 0,
                failures));
        out.append("  <properties>\n    <property name=\"diff\" value=\"")
                .append(Text.xml(ReportFormat.headline(report)))
                .append("\"/>\n  </properties>\n");
        begin(out, "the diff can be believed", seconds);
        if (isVoid) {
            out.append(">\n    <error message=\"void\" type=\"void\">");
            ReportFormat.tail(report).forEach(line -> out.append(Text.xml(line)).append('\n'));
            out.append("</error>\n  </testcase>\n");
        } else {
            out.append("/>\n");
        }
        report.counts().forEach((collection, count) -> collection(report, collection, count, out));
        return out.append("</testsuite>\n").toString();
    }

    private static void collection(DiffReport report, StateCollection collection, Count count, StringBuilder out) {
        begin(out, collection.label(), "0.000");
        long left = count.differing() - count.repaired;
        if (left <= 0) {
            out.append("/>\n");
            return;
        }
        out.append(">\n    <failure message=\"").append(left).append(" records differ\" type=\"difference\">");
        report.differences().stream()
                .filter(found -> found.difference().key().collection() == collection && !found.repaired())
                .forEach(found -> out.append(Text.xml(found.place()))
                        .append("\n  file : ")
                        .append(Text.xml(Text.of(found.difference().file())))
                        .append("\n  redis: ")
                        .append(Text.xml(Text.of(found.difference().redis())))
                        .append("\n  cause: ")
                        .append(Text.xml(ReportFormat.told(found)))
                        .append('\n'));
        out.append("</failure>\n  </testcase>\n");
    }

    private static void begin(StringBuilder out, String name, String seconds) {
        out.append("  <testcase name=\"")
                .append(name)
                .append("\" classname=\"" + SUITE + "\" time=\"")
                .append(seconds)
                .append('"');
    }
}
