package poppo.bridge.state;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Which calls go wrong, and how. Counts from the moment a line is added. Thread-safe. */
public final class FaultPlan {
    private final List<Line> lines = new ArrayList<>();

    /** The n-th call from now, counted from 1. */
    public void nth(int n, Fault fault) {
        nth(n, call -> true, fault);
    }

    /** The n-th of these calls from now, counted from 1. */
    public synchronized void nth(int n, Predicate<Call> which, Fault fault) {
        lines.add(new Line(which, n, n, fault));
    }

    /** Every call from now. */
    public void always(Fault fault) {
        always(call -> true, fault);
    }

    /** Every one of these calls from now. */
    public synchronized void always(Predicate<Call> which, Fault fault) {
        lines.add(new Line(which, 1, Long.MAX_VALUE, fault));
    }

    /** From now nothing goes wrong. */
    public synchronized void clear() {
        lines.clear();
    }

    /** Counts a call and gives its fault: that of the first line that says so. */
    synchronized Fault next(Call call) {
        Fault found = Fault.NONE;
        for (Line line : lines) {
            if (line.strikes(call) && found == Fault.NONE) {
                found = line.fault;
            }
        }
        return found;
    }

    private static final class Line {
        private final Predicate<Call> which;
        private final long from;
        private final long to;
        private final Fault fault;
        private long count;

        Line(Predicate<Call> which, long from, long to, Fault fault) {
            this.which = which;
            this.from = from;
            this.to = to;
            this.fault = fault;
        }

        boolean strikes(Call call) {
            if (!which.test(call)) {
                return false;
            }
            count++;
            return count >= from && count <= to;
        }
    }
}
