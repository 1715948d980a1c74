package poppo.bridge.migration;

import poppo.bridge.report.JunitSuite;
import poppo.bridge.report.Text;
import poppo.bridge.state.StateCollection;

/** A diff as the XML that continuous integration reads: a test case for each collection, and one for the diff itself. */
final class JunitReport {
    private static final String SUITE = "poppo-bridge.diff";

    private JunitReport() {}

    static String render(DiffReport report) {
        double seconds = report.header().tookMillis() / 1000.0;
        JunitSuite suite = new JunitSuite(SUITE, seconds).property("diff", ReportFormat.headline(report));
        String believed = "the diff can be believed";
        if (report.verdict().equals("void")) {
            suite.erred(believed, seconds, "void", "void", String.join("\n", ReportFormat.tail(report)));
        } else {
            suite.passed(believed, seconds);
        }
        report.counts().forEach((collection, count) -> collection(report, collection, count, suite));
        return suite.document();
    }

    private static void collection(DiffReport report, StateCollection collection, Count count, JunitSuite suite) {
        long left = count.differing() - count.repaired;
        if (left <= 0) {
            suite.passed(collection.label(), 0);
            return;
        }
        StringBuilder out = new StringBuilder();
        report.differences().stream()
                .filter(found -> found.difference().key().collection() == collection && !found.repaired())
                .forEach(found -> out.append(Text.plain(found.place()))
                        .append("\n  file : ")
                        .append(Text.plain(Text.of(found.difference().file())))
                        .append("\n  redis: ")
                        .append(Text.plain(Text.of(found.difference().redis())))
                        .append("\n  cause: ")
                        .append(Text.plain(ReportFormat.told(found)))
                        .append('\n'));
        suite.failed(collection.label(), 0, left + " records differ", "difference", out.toString());
    }
}
