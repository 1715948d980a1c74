package poppo.bridge.migration;

import java.util.List;
import java.util.Locale;

/** The two small charts of a report. Pure. */
final class Svg {
    private static final int WIDTH = 360;
    private static final int HEIGHT = 44;
    private static final int MARGIN = 6;

    private Svg() {}

    /** Never rounded up to 100. */
    static String percent(double value) {
        return value == 100
                ? "100"
                : String.format(Locale.ROOT, "%.3f", value)
                        .replaceAll("0+$", "")
                        .replaceAll("\\.$", ".0");
    }

    /** A bar as long as the percentage; what is missing is seen however little it is. */
    static String bar(double percent) {
        int width = percent == 100 ? 160 : (int) Math.min(156, Math.floor(percent * 1.6));
        return String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 160 12\" width=\"160\" height=\"12\" role=\"img\" aria-label=\"%s %% agree\">"
                        + "<rect class=\"track\" width=\"160\" height=\"12\" rx=\"3\"/>"
                        + "<rect class=\"bar%s\" width=\"%d\" height=\"12\" rx=\"3\"/></svg>",
                percent(percent),
                percent == 100 ? "" : " short",
                width);
    }

    /** A line through percentages, from the lowest to 100. */
    static String trend(List<Double> values) {
        double lowest = Math.min(99, values.stream().min(Double::compare).orElse(99.0));
        StringBuilder line = new StringBuilder();
        StringBuilder dots = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            double x = MARGIN + (WIDTH - 2.0 * MARGIN) * i / Math.max(1, values.size() - 1);
            double y = MARGIN + (HEIGHT - 2.0 * MARGIN) * (100 - values.get(i)) / (100 - lowest);
            line.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
            dots.append(String.format(
                    Locale.ROOT,
                    "<circle class=\"dot%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%s %%</title></circle>",
                    values.get(i) == 100 ? "" : " bad",
                    x,
                    y,
                    percent(values.get(i))));
        }
        return String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"agreement over the runs\">"
                        + "<line class=\"grid\" x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>"
                        + "<polyline class=\"trend\" points=\"%s\"/>%s</svg>",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT,
                WIDTH,
                MARGIN,
                MARGIN,
                line.toString().trim(),
                dots);
    }
}
