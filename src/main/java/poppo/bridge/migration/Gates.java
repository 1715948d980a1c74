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

    List<Gate> judge(Rollout step, Bounds bounds) {
        List<Gate> gates = new ArrayList<>();
        gates.add(doctor(bounds));
        ShadowStatus status = state.status();
        gates.add(gate(
                "backfill",
                status.standing().backfilled(),
                yes(status.standing().backfilled()),
                "complete"));
        if (step.phase().compareTo(Phase.DUAL_WRITE) > 0 && allPassed(gates)) {
            gates.addAll(agreement(status, bounds));
            gates.add(diff());
        }
        if (step.phase().authority() == Authority.REDIS) {
            gates.add(foreignWrites(bounds));
        }
        return gates;
    }

    /** Judges the present phase by what is known already. */
    List<Gate> watch(Bounds bounds) {
        ShadowStatus status = state.status();
        return status.standing().phase().usesRedis() ? agreement(status, bounds) : List.of();
    }

    private static List<Gate> agreement(ShadowStatus status, Bounds bounds) {
        return List.of(
                gate("breaker", status.breaker().equals("closed"), status.breaker(), "closed"),
                atMost(
                        "dirty-records",
                        (long) status.dirtyRecords() + status.dirtyCollections(),
                        bounds.dirtyRecords()),
                atMost("unknown-outcomes", status.unknownOutcomes(), bounds.unknownOutcomes()),
                atMost("mismatches", status.stageMismatches(), bounds.mismatches()));
    }

    private static boolean allPassed(List<Gate> gates) {
        return gates.stream().allMatch(Gate::passed);
    }

    private Gate doctor(Bounds bounds) {
        List<String> errors = doctor.get().stream()
                .filter(finding -> finding.level() == Finding.Level.ERROR)
                .map(finding -> finding.check() + ": " + finding.found())
                .toList();
        return gate(
                "doctor",
                errors.size() <= bounds.doctorErrors(),
                errors.isEmpty() ? "no errors" : String.join("; ", errors),
                bounds.doctorErrors() == 0 ? "no errors" : "at most " + bounds.doctorErrors() + " errors");
    }

    private Gate diff() {
        DiffReport report = freshDiff.get();
        return gate("diff", report.isConsistent(), Diff.summary(report), "consistent");
    }

    private Gate foreignWrites(Bounds bounds) {
        Instant last = state.lastForeignWrite().orElse(Instant.EPOCH);
        Duration since = Duration.between(last, clock.instant());
        boolean quiet = since.compareTo(bounds.quietFiles()) >= 0;
        return gate(
                "foreign-writes",
                quiet,
                quiet ? "none lately" : "one " + since.toSeconds() + " s ago",
                "none for " + bounds.quietFiles().toSeconds() + " s");
    }

    private static Gate atMost(String name, long measured, long bound) {
        return gate(name, measured <= bound, Long.toString(measured), bound == 0 ? "0" : "at most " + bound);
    }

    private static Gate gate(String name, boolean passed, String measured, String bound) {
        return new Gate(name, passed, measured, bound);
    }

    private static String yes(boolean complete) {
        return complete ? "complete" : "not complete";
    }
}
