package poppo.bridge.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/**
 * A row of the table: what is measured, beside what, and how good it has to be.
 *
 * @param baseline the terms' sum; empty where there is nothing beside it
 */
record Goal(String row, Unit unit, Term ours, Bound bound, List<Term> baseline) {
    Goal(String row, Unit unit, Term ours, Bound bound, Term... baseline) {
        this(row, unit, ours, bound, List.of(baseline));
    }

    /** So many times a figure of a side. */
    record Term(double factor, String side, String figure) {
        static Term of(String side, String figure) {
            return new Term(1, side, figure);
        }

        Term times(double more) {
            return new Term(factor * more, side, figure);
        }
    }

    /** What a figure is, and how it is written. */
    enum Unit {
        NANOS("ns", 1, 0),
        MICROS("µs", 1e-3, 1),
        MILLIS("ms", 1e-6, 2),
        PER_SECOND("/s", 1, 0),
        BYTES("B", 1, 0),
        COUNT("", 1, 2);

        private final String label;
        private final double scale;
        private final int digits;

        Unit(String label, double scale, int digits) {
            this.label = label;
            this.scale = scale;
            this.digits = digits;
        }

        String label() {
            return label;
        }

        double scaled(double figure) {
            return figure * scale;
        }

        String text(double figure) {
            return ("%,." + digits + "f %s").formatted(scaled(figure), label).strip();
        }
    }

    /** What is asked for. */
    enum Kind {
        RATIO_AT_MOST("≤ %s×"),
        RATIO_AT_LEAST("≥ %s×"),
        AT_MOST("≤ %s"),
        /** Nothing: the row is there to be looked at. */
        NONE("");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    /** How good it has to be; a value is in the figure's own unit. */
    record Bound(Kind kind, double value) {
        private static final MathContext TWO_DIGITS = new MathContext(2);

        static final Bound NONE = new Bound(Kind.NONE, Double.NaN);

        static Bound ratioAtMost(double most) {
            return new Bound(Kind.RATIO_AT_MOST, most);
        }

        static Bound ratioAtLeast(double least) {
            return new Bound(Kind.RATIO_AT_LEAST, least);
        }

        static Bound atMost(double most) {
            return new Bound(Kind.AT_MOST, most);
        }

        boolean isMet(double figure, double ratio) {
            return switch (kind) {
                case RATIO_AT_MOST -> ratio <= value;
                case RATIO_AT_LEAST -> ratio >= value;
                case AT_MOST -> figure <= value;
                case NONE -> true;
            };
        }

        String text(Unit unit) {
            boolean isRatio = kind == Kind.RATIO_AT_MOST || kind == Kind.RATIO_AT_LEAST;
            return kind.text.formatted(
                    isRatio
                            ? new BigDecimal(value)
                                    .round(TWO_DIGITS)
                                    .stripTrailingZeros()
                                    .toPlainString()
                            : unit.text(value));
        }
    }
}
