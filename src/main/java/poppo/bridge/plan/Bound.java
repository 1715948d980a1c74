package poppo.bridge.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import poppo.bridge.migration.Bounds;
import poppo.bridge.state.Json;

/** The gates that a plan can name, and what each is a bound of: field by field those of {@link Bounds}. */
enum Bound {
    //              name               kind           in Bounds
    DOCTOR_ERRORS("doctorErrors", Kind.COUNT, bounds -> (long) bounds.doctorErrors()),
    DIFF_MAX_AGE("diffMaxAge", Kind.DURATION, Bounds::diffMaxAge),
    CLEAN_ROUNDS("cleanRounds", Kind.COUNT, bounds -> (long) bounds.cleanRounds()),
    COMPARISONS("comparisons", Kind.COUNT, Bounds::comparisons),
    MISMATCHES("mismatches", Kind.COUNT, Bounds::mismatches),
    MISMATCH_RATE("mismatchRate", Kind.SHARE, Bounds::mismatchRate),
    ERROR_RATE("errorRate", Kind.SHARE, Bounds::errorRate),
    P99_RATIO("p99Ratio", Kind.RATIO, Bounds::p99Ratio),
    DIRTY_RECORDS("dirtyRecords", Kind.COUNT, Bounds::dirtyRecords),
    UNKNOWN_OUTCOMES("unknownOutcomes", Kind.COUNT, Bounds::unknownOutcomes),
    QUIET_FILES("quietFiles", Kind.DURATION, Bounds::quietFiles),
    MIRROR_LAG("mirrorLag", Kind.DURATION, Bounds::mirrorLag);

    /** What a bound is measured in. */
    enum Kind {
        /** A whole number, a {@link Long}. */
        COUNT,
        /** From 0 to 1, a {@link Double}. */
        SHARE,
        /** Above 0, a {@link Double}. */
        RATIO,
        /** A {@link Duration}. */
        DURATION
    }

    private final String label;
    private final Kind kind;
    private final Function<Bounds, Object> from;

    Bound(String label, Kind kind, Function<Bounds, Object> from) {
        this.label = label;
        this.kind = kind;
        this.from = from;
    }

    /** The name in plans. */
    String label() {
        return label;
    }

    Kind kind() {
        return kind;
    }

    /** The bounds {@code otherwise}, but for those that are named. */
    static Bounds apply(Map<Bound, Object> named, Bounds otherwise) {
        Map<Bound, Object> all = new EnumMap<>(Bound.class);
        for (Bound bound : values()) {
            all.put(bound, named.getOrDefault(bound, bound.from.apply(otherwise)));
        }
        return new Bounds(
                Math.toIntExact(DOCTOR_ERRORS.count(all)),
                DIFF_MAX_AGE.duration(all),
                Math.toIntExact(CLEAN_ROUNDS.count(all)),
                COMPARISONS.count(all),
                MISMATCHES.count(all),
                MISMATCH_RATE.number(all),
                ERROR_RATE.number(all),
                P99_RATIO.number(all),
                DIRTY_RECORDS.count(all),
                UNKNOWN_OUTCOMES.count(all),
                QUIET_FILES.duration(all),
                MIRROR_LAG.duration(all));
    }

    /** What is asked for beyond, or otherwise than, {@link Bounds#DEFAULT}: numbers, and spans in words. */
    static ObjectNode named(Bounds bounds) {
        ObjectNode named = Json.object();
        for (Bound bound : values()) {
            Object value = bound.from.apply(bounds);
            if (!value.equals(bound.from.apply(Bounds.DEFAULT))) {
                named.set(bound.label, bound.toJson(value));
            }
        }
        return named;
    }

    private JsonNode toJson(Object value) {
        return switch (kind) {
            case COUNT -> Json.number((Long) value);
            case SHARE, RATIO -> Json.number(value.toString());
            case DURATION -> Json.text(Spans.text((Duration) value));
        };
    }

    private long count(Map<Bound, Object> all) {
        return (Long) value(all);
    }

    private double number(Map<Bound, Object> all) {
        return (Double) value(all);
    }

    private Duration duration(Map<Bound, Object> all) {
        return (Duration) value(all);
    }

    private Object value(Map<Bound, Object> all) {
        return java.util.Objects.requireNonNull(all.get(this));
    }
}
