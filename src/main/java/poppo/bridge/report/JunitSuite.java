package poppo.bridge.report;

import java.util.Locale;

/** One test suite as the XML that continuous integration reads. Written once, in order. */
public final class JunitSuite {
    private final String name;
    private final double seconds;
    private final StringBuilder cases = new StringBuilder();
    private final StringBuilder properties = new StringBuilder();
    private int tests;
    private int errors;
    private int failures;
    private int skipped;

    public JunitSuite(String name, double seconds) {
        this.name = name;
        this.seconds = seconds;
    }

    public JunitSuite property(String property, String value) {
        properties.append("    <property name=\"").append(Text.xml(property)).append("\" value=\"");
        properties.append(Text.xml(value)).append("\"/>\n");
        return this;
    }

    public void passed(String test, double took) {
        begin(test, took);
        cases.append("/>\n");
    }

    public void skipped(String test, String why) {
        skipped++;
        begin(test, 0);
        cases.append(">\n    <skipped message=\"").append(Text.xml(why)).append("\"/>\n  </testcase>\n");
    }

    /** @param type the kind of failure, one word */
    public void failed(String test, double took, String message, String type, String detail) {
        failures++;
        ended(test, took, "failure", message, type, detail);
    }

    /** It could not be found out whether it passes. */
    public void erred(String test, double took, String message, String type, String detail) {
        errors++;
        ended(test, took, "error", message, type, detail);
    }

    private void ended(String test, double took, String how, String message, String type, String detail) {
        begin(test, took);
        cases.append(">\n    <").append(how).append(" message=\"").append(Text.xml(message));
        cases.append("\" type=\"").append(Text.xml(type)).append("\">");
        // Line by line: a line's end is the one control character that stays.
        detail.lines().forEach(line -> cases.append(Text.xml(line)).append('\n'));
        cases.append("</").append(how).append(">\n  </testcase>\n");
    }

    private void begin(String test, double took) {
        tests++;
        cases.append("  <testcase name=\"").append(Text.xml(test)).append("\" classname=\"");
        cases.append(Text.xml(name)).append("\" time=\"").append(time(took)).append('"');
    }

    /** As a document of its own. */
    public String document() {
        return header() + element();
    }

    /** Several in one document. */
    public static String document(Iterable<JunitSuite> suites) {
        StringBuilder out = new StringBuilder(header()).append("<testsuites>\n");
        suites.forEach(suite -> out.append(suite.element()));
        return out.append("</testsuites>\n").toString();
    }

    private static String header() {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    }

    private String element() {
        StringBuilder out = new StringBuilder(String.format(
                Locale.ROOT,
                "<testsuite name=\"%s\" time=\"%s\" tests=\"%d\" errors=\"%d\" skipped=\"%d\" failures=\"%d\">\n",
                Text.xml(name),
                time(seconds),
                tests,
                errors,
                skipped,
                failures));
        if (properties.length() > 0) {
            out.append("  <properties>\n").append(properties).append("  </properties>\n");
        }
        return out.append(cases).append("</testsuite>\n").toString();
    }

    private static String time(double took) {
        return String.format(Locale.ROOT, "%.3f", took);
    }
}
