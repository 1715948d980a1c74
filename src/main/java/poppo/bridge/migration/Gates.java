package poppo.bridge.migration;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import poppo.bridge.shadow.Authority;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.ShadowStatus;

/** Judges whether a project may take one step up. A gate without evidence fails. */
final class Gates {
    /** So long ago the files must have been written by somebody else last, before writes move to Redis. */
    private static final Duration QUIET = Duration.ofSeconds(60);

    private final ShadowStateManager state;
    private final Clock clock;
    private final Supplier<List<Finding>> doctor;
    private final Supplier<DiffReport> freshDiff;

    /** @param freshDiff a diff of this phase that is recent, or made now */
    Gates(ShadowStateManager state, Clock clock, Supplier<List<Finding>> doctor, Supplier<DiffReport> freshDiff) {
        this.state = state;
        this.clock = clock;
        this.doctor = doctor;
        this.freshDiff = freshDiff;
    }

    /** @param mismatches seen since the present phase began */
    List<Gate> judge(Rollout step, long mismatches) {
        List<Gate> gates = new ArrayList<>();
        gates.add(doctor());
        ShadowStatus status = state.status();
        gates.add(gate(
                "backfill",
                status.standing().backfilled(),
                yes(status.standing().backfilled()),
                "complete"));
        if (step.phase().compareTo(Phase.DUAL_WRITE) > 0 && allPassed(gates)) {
            gates.add(gate("breaker", status.breaker().equals("closed"), status.breaker(), "closed"));
            gates.add(atMost("dirty-records", (long) status.dirtyRecords() + status.dirtyCollections()));
            gates.add(atMost("unknown-outcomes", status.unknownOutcomes()));
            gates.add(atMost("mismatches", mismatches));
            gates.add(diff());
        }
        if (step.phase().authority() == Authority.REDIS) {
            gates.add(foreignWrites());
        }
        return gates;
    }

    private static boolean allPassed(List<Gate> gates) {
        return gates.stream().allMatch(Gate::passed);
    }

    private Gate doctor() {
        List<String> errors = doctor.get().stream()
                .filter(finding -> finding.level() == Finding.Level.ERROR)
                .map(finding -> finding.check() + ": " + finding.found())
                .toList();
        return gate(
                "doctor", errors.isEmpty(), errors.isEmpty() ? "no errors" : String.join("; ", errors), "no errors");
    }

    private Gate diff() {
        DiffReport report = freshDiff.get();
        return gate("diff", report.isConsistent(), Diff.summary(report), "consistent");
    }

    private Gate foreignWrites() {
        Instant last = state.lastForeignWrite().orElse(Instant.EPOCH);
        Duration since = Duration.between(last, clock.instant());
        boolean quiet = since.compareTo(QUIET) >= 0;
        return gate(
                "foreign-writes",
                quiet,
                quiet ? "none lately" : "one " + since.toSeconds() + " s ago",
                "none for " + QUIET.toSeconds() + " s");
    }

    private static Gate atMost(String name, long measured) {
        return gate(name, measured == 0, Long.toString(measured), "0");
    }

    private static Gate gate(String name, boolean passed, String measured, String bound) {
        return new Gate(name, passed, measured, bound);
    }

    private static String yes(boolean complete) {
        return complete ? "complete" : "not complete";
    }
}
