package poppo.bridge.replay;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import poppo.bridge.state.RecordKey;

/**
 * Puts the calls of a fixture into groups that may run at the same time, because they did when they were recorded and
 * none can tell which of the others came first: they overlapped, are of different callers, touch different records, and
 * the life of no process means something to two of them. Lists see everything, so they go alone.
 */
final class Waves {
    private final List<List<Recorded>> waves = new ArrayList<>();
    private List<Recorded> wave = new ArrayList<>();
    private Set<String> touched = new HashSet<>();
    private long firstEnd = Long.MAX_VALUE;

    private Waves() {}

    /** @param isAlone numbers of calls that nothing may run beside */
    static List<List<Recorded>> of(List<Recorded> calls, LongPredicate isAlone) {
        Waves waves = new Waves();
        for (Recorded call : calls) {
            waves.add(call, isAlone.test(call.number()));
        }
        waves.close();
        return waves.waves;
    }

    private void add(Recorded call, boolean alone) {
        Set<String> touches = touches(call);
        boolean sees = alone || touches.isEmpty();
        if (sees || call.begun() >= firstEnd || touches.stream().anyMatch(touched::contains)) {
            close();
        }
        wave.add(call);
        touched.addAll(touches);
        firstEnd = Math.min(firstEnd, call.ended());
        if (sees) {
            close();
        }
    }

    private void close() {
        if (!wave.isEmpty()) {
            waves.add(wave);
            wave = new ArrayList<>();
            touched = new HashSet<>();
            firstEnd = Long.MAX_VALUE;
        }
    }

    /** What a call has to do with; nothing for one that has to do with everything. */
    private static Set<String> touches(Recorded call) {
        Set<String> touches = new HashSet<>();
        if (call.call() instanceof Call.Execute execute) {
            record(touches, execute.operation().key());
        } else if (call.call() instanceof Call.Read read) {
            record(touches, read.key());
        } else if (call.call() instanceof Call.ReadAll reads) {
            reads.keys().forEach(key -> record(touches, key));
        } else if (call.call() instanceof Call.LastSeen seen) {
            touches.add("process " + seen.processId());
        } else {
            return Set.of();
        }
        touches.add("caller " + call.caller());
        Answers.processes(call.answer()).forEach(process -> touches.add("process " + process));
        return touches;
    }

    private static void record(Set<String> touches, RecordKey key) {
        touches.add("record " + key);
    }
}
