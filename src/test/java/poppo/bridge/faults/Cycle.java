package poppo.bridge.faults;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * One fault in one phase under load: work → break → work on → heal → work on until Redis has its part back → stop the
 * clients → look at everything. Many cycles follow each other on one rig.
 */
final class Cycle {
    private static final int ACKNOWLEDGED_AROUND = 40;
    private static final int CALLS_DURING = 60;
    private static final Duration SHORTEST_FAULT = Duration.ofMillis(700);
    private static final Duration LONGEST_FAULT = Duration.ofSeconds(4);

    private final Rig rig;
    private final Load load;
    private final Records records;
    private final History history;
    private final Checker checker = new Checker(Rig.SURE);

    Cycle(Rig rig, Load load, Records records, History history) {
        this.rig = rig;
        this.load = load;
        this.records = records;
        this.history = history;
    }

    /**
     * What came of it. Times are in nanoseconds; one is absent where there was nothing of the kind.
     *
     * @param toFiles from the fault to the first write that began after it and that the files answered
     * @param toRedis from the end of the fault to Redis having its part back
     * @param failOver what the calls took that were under way between the fault and that first write
     */
    record Result(
            Fault fault,
            PhaseUnderTest phase,
            long acknowledged,
            long notDone,
            long unknown,
            List<Finding> findings,
            OptionalLong toFiles,
            OptionalLong toRedis,
            List<Long> failOver) {
        long count(Finding.Kind kind) {
            return findings.stream().filter(each -> each.kind() == kind).count();
        }
    }

    Result run(Fault fault) throws InterruptedException {
        rig.api().forgetCalls();
        List<Finding> findings = new ArrayList<>();
        load.resume();
        fault.prepare(rig);
        requireWork(findings, "before " + fault);
        long injected = System.nanoTime();
        fault.inject(rig);
        letClientsWork(rig);
        fault.heal(rig);
        long healed = System.nanoTime();
        boolean isBack = Rig.await(Rig.PATIENCE, rig::isBack);
        OptionalLong toRedis = isBack && fault.isEnded() && rig.phase().usesRedis()
                ? OptionalLong.of(System.nanoTime() - healed)
                : OptionalLong.empty();
        requireWork(findings, "after " + fault);
        load.pause();
        settle(findings);
        findings.addAll(rig.takeInvented());
        rig.home().consumeLabelRequests();
        List<Api.Call> calls = List.copyOf(rig.api().calls());
        OptionalLong firstByFiles = firstByFiles(calls, injected);
        long until = firstByFiles.orElse(injected);
        return new Result(
                fault,
                rig.phase(),
                count(calls, Outcome.DONE),
                count(calls, Outcome.NOT_DONE),
                count(calls, Outcome.UNKNOWN),
                findings,
                firstByFiles.isPresent() ? OptionalLong.of(until - injected) : OptionalLong.empty(),
                toRedis,
                calls.stream()
                        .filter(call -> call.end() >= injected && call.begin() <= until && isOfWorker(call))
                        .map(Api.Call::nanos)
                        .toList());
    }

    /** Gives the clients the time to meet what is going on. */
    static void letClientsWork(Rig rig) {
        long begin = System.nanoTime();
        int before = rig.api().calls().size();
        Rig.await(
                LONGEST_FAULT,
                () -> System.nanoTime() - begin > SHORTEST_FAULT.toNanos()
                        && rig.api().calls().size() - before >= CALLS_DURING);
    }

    private void requireWork(List<Finding> findings, String when) {
        long begin = System.nanoTime();
        boolean works = Rig.await(
                Rig.PATIENCE,
                () -> rig.api().calls().stream()
                                .filter(call ->
                                        call.begin() > begin && call.isWrite() && call.outcome() == Outcome.DONE)
                                .limit(ACKNOWLEDGED_AROUND)
                                .count()
                        == ACKNOWLEDGED_AROUND);
        load.requireHealthy();
        if (!works) {
            findings.add(new Finding(
                    Finding.Kind.NOT_CONVERGED,
                    when + " hardly a write is acknowledged; " + rig.bridge().lastWords()));
        }
    }

    /** Nothing is under way any more: both stores come together, everything is there, and both say the same. */
    private void settle(List<Finding> findings) throws InterruptedException {
        if (rig.phase().usesRedis() && !Rig.await(Rig.PATIENCE, rig::isSettled)) {
            findings.add(new Finding(Finding.Kind.NOT_CONVERGED, "the status stays " + rig.status()));
        }
        if (!Rig.await(Rig.PATIENCE, this::readEverything)) {
            findings.add(new Finding(Finding.Kind.NOT_CONVERGED, "not everything can be read; " + rig.status()));
        }
        findings.addAll(history.checkAndSettle(checker, Rig.TTL.multipliedBy(3)));
        for (Api.Call call : rig.api().calls()) {
            if (!call.answered()) {
                findings.add(new Finding(Finding.Kind.UNANSWERED, call.toString()));
            }
        }
        if (rig.phase().isCompared()) {
            JsonNode result = rig.job("diffs").path("result");
            if (!result.path("verdict").asText().equals("consistent")) {
                JsonNode report = rig.api()
                        .get("migration/diffs/" + result.path("id").asText())
                        .body();
                findings.add(new Finding(Finding.Kind.NOT_CONVERGED, "the diff is " + result + ": " + report));
            }
        }
    }

    private boolean readEverything() {
        try {
            return records.readEverything();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static boolean isOfWorker(Api.Call call) {
        return !call.path().startsWith("migration");
    }

    private static long count(List<Api.Call> calls, Outcome outcome) {
        return calls.stream()
                .filter(call -> call.isWrite() && isOfWorker(call) && call.outcome() == outcome)
                .count();
    }

    /** The end of the first write that began after the fault and that the files answered. */
    private static OptionalLong firstByFiles(List<Api.Call> calls, long injected) {
        return calls.stream()
                .filter(call -> call.isWrite() && call.begin() >= injected && call.outcome() == Outcome.DONE)
                .filter(call -> call.servedBy().equals("file"))
                .mapToLong(Api.Call::end)
                .min();
    }

    static String millis(long nanos) {
        return Long.toString(TimeUnit.NANOSECONDS.toMillis(nanos));
    }
}
