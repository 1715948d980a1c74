package poppo.bridge.migration;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Authority;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.ShadowStatus;
import poppo.bridge.state.Served;

/** Judges whether a project may take one step up, or may stay. A gate without evidence fails. */
final class Gates {
    /** So many writes of either store are needed to say how slow the slowest hundredth is. */
    private static final long ENOUGH_WRITES = 100;

    private final ShadowStateManager state;
    private final Evidence evidence;
    private final Clock clock;
    private final Supplier<List<Finding>> doctor;
    private final Function<Duration, DiffReport> freshDiff;
    private final ToIntFunction<DiffReport> cleanRounds;
    private final NoiseRules noiseRules;
    private final Map<String, Gate> lastJudged = new ConcurrentHashMap<>();

    /**
     * @param freshDiff a diff of this phase that is not older than that, or made now
     * @param cleanRounds how many diffs of this stage up to that one found nothing, in a row
     */
    Gates(
            ShadowStateManager state,
            Evidence evidence,
            Clock clock,
            Supplier<List<Finding>> doctor,
            Function<Duration, DiffReport> freshDiff,
            ToIntFunction<DiffReport> cleanRounds,
            NoiseRules noiseRules) {
        this.state = state;
        this.evidence = evidence;
        this.clock = clock;
        this.doctor = doctor;
        this.freshDiff = freshDiff;
        this.cleanRounds = cleanRounds;
        this.noiseRules = noiseRules;
    }

    /** Judges a step up. */
    List<Gate> judge(Rollout step, Bounds bounds) {
        List<Gate> gates = new ArrayList<>();
        gates.add(doctor(bounds));
        gates.add(backfill());
        if (step.phase().compareTo(Phase.DUAL_WRITE) > 0 && allPassed(gates)) {
            gates.addAll(agreement(bounds));
            gates.addAll(found(bounds, freshDiff.apply(bounds.diffMaxAge())));
        }
        if (step.phase().authority() == Authority.REDIS) {
            gates.add(foreignWrites(bounds));
        }
        if (!step.phase().keepsFiles()) {
            gates.add(noiseRules());
        }
        return gates;
    }

    /**
     * Judges what was found in the present phase.
     *
     * @param diff the last one of it; null when there is none
     */
    List<Gate> prove(Bounds bounds, @Nullable DiffReport diff) {
        if (diff == null) {
            return List.of(gate("diff", false, "none made since the phase last changed", "consistent"));
        }
        List<Gate> gates = new ArrayList<>(agreement(bounds));
        gates.addAll(found(bounds, diff));
        if (allPassed(gates)) {
            gates.add(doctor(bounds));
        }
        return gates;
    }

    private List<Gate> found(Bounds bounds, DiffReport diff) {
        List<Gate> gates = new ArrayList<>();
        gates.add(diff(diff));
        if (bounds.cleanRounds() > 1) {
            int rounds = cleanRounds.applyAsInt(diff);
            gates.add(gate(
                    "clean-rounds",
                    rounds >= bounds.cleanRounds(),
                    rounds + " in a row since the rollout last moved",
                    "at least " + bounds.cleanRounds()));
        }
        gates.add(comparisons(bounds, diff));
        return gates;
    }

    /** What is taken for no difference must be gone before the files, by which it could still be told, go. */
    private Gate noiseRules() {
        List<String> live = noiseRules.live().stream().map(NoiseRule::name).toList();
        return gate("noise-rules", live.isEmpty(), live.isEmpty() ? "none" : String.join(", ", live), "none live");
    }

    /** Judges the present phase by what is known already. */
    List<Gate> watch(Bounds bounds) {
        return state.standing().phase().usesRedis() ? agreement(bounds) : List.of();
    }

    private List<Gate> agreement(Bounds bounds) {
        ShadowStatus status = state.status();
        return List.of(
                gate("breaker", status.breaker().equals("closed"), status.breaker(), "closed"),
                atMost(
                        "dirty-records",
                        (long) status.dirtyRecords() + status.dirtyCollections(),
                        bounds.dirtyRecords()),
                atMost("unknown-outcomes", status.unknownOutcomes(), bounds.unknownOutcomes()),
                mismatches(status, bounds),
                errorRate(bounds),
                latency(bounds),
                gate(
                        "journal",
                        status.mirrorLagMillis() <= bounds.mirrorLag().toMillis(),
                        "the files are " + status.mirrorLagMillis() + " ms behind",
                        "at most " + bounds.mirrorLag().toMillis() + " ms"));
    }

    private Gate backfill() {
        boolean complete = state.standing().backfilled();
        return gate("backfill", complete, complete ? "complete" : "not complete", "complete");
    }

    private Gate mismatches(ShadowStatus status, Bounds bounds) {
        long found = status.stageMismatches();
        long compared = status.stageComparisons();
        double atMost = highestRate(found, compared);
        return gate(
                "mismatches",
                found <= bounds.mismatches() && atMost <= bounds.mismatchRate(),
                compared == 0
                        ? "no write or read compared yet"
                        : String.format(
                                Locale.ROOT,
                                "%,d of %,d disagreed: at most %s do (95 %% confidence)",
                                found,
                                compared,
                                percent(atMost)),
                "at most " + bounds.mismatches()
                        + (bounds.mismatchRate() < 1 ? ", and " + percent(bounds.mismatchRate()) : ""));
    }

    /**
     * What the true share of a rare event is at most, at 95 % confidence, when {@code found} of {@code n} were seen: the
     * upper limit of a Poisson distribution by the approximation of Wilson and Hilferty, for none found 3/n.
     */
    static double highestRate(long found, long n) {
        if (n == 0) {
            return 1;
        }
        double k = found + 1.0;
        double limit = k * Math.pow(1 - 1 / (9 * k) + 1.6449 / (3 * Math.sqrt(k)), 3);
        return Math.min(1, limit / n);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, share >= 0.01 ? "%.1f %%" : "%.4f %%", share * 100);
    }

    private Gate comparisons(Bounds bounds, DiffReport diff) {
        long live = state.status().stageComparisons();
        long asked = bounds.comparisons();
        boolean nothingThere = diff.compared() == 0;
        return gate(
                "comparisons",
                asked > 0 ? live >= asked : live + diff.compared() > 0 || nothingThere,
                nothingThere && live == 0
                        ? "there is nothing to compare yet"
                        : String.format(Locale.ROOT, "%,d of writes and reads, %,d by the diff", live, diff.compared()),
                asked > 0 ? "at least " + asked + " of writes and reads" : "some, where there is anything");
    }

    private Gate errorRate(Bounds bounds) {
        long calls = evidence.calls();
        double rate = calls == 0 ? 0 : (double) evidence.failures() / calls;
        return gate(
                "error-rate",
                rate <= bounds.errorRate(),
                calls == 0
                        ? "no calls to Redis yet"
                        : String.format(Locale.ROOT, "%,d of %,d calls to Redis failed", evidence.failures(), calls),
                "at most " + percent(bounds.errorRate()));
    }

    private Gate latency(Bounds bounds) {
        long writes = evidence.writes();
        double files = evidence.p99Millis(Served.FILE);
        double redis = evidence.p99Millis(Served.REDIS);
        boolean enough = writes >= ENOUGH_WRITES;
        return gate(
                "latency",
                !enough || redis <= bounds.p99Ratio() * files,
                enough
                        ? String.format(
                                Locale.ROOT, "p99 of writes %.1f ms in Redis, %.1f ms in the files", redis, files)
                        : writes + " writes: too few to tell",
                "Redis at most " + bounds.p99Ratio() + " times the files, from " + ENOUGH_WRITES + " writes on");
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

    private Gate diff(DiffReport report) {
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

    private Gate atMost(String name, long measured, long bound) {
        return gate(name, measured <= bound, Long.toString(measured), bound == 0 ? "0" : "at most " + bound);
    }

    private Gate gate(String name, boolean passed, String measured, String bound) {
        Gate gate = new Gate(name, passed, measured, bound);
        lastJudged.put(name, gate);
        return gate;
    }

    /** Each gate as it was judged last. */
    Collection<Gate> lastJudged() {
        return lastJudged.values();
    }
}
