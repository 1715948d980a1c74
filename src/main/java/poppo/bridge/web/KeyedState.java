package poppo.bridge.web;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import poppo.bridge.state.Before;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.ForwardingStateManager;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/**
 * The state as a call with an {@code Idempotency-Key} sees it: each operation is noted durably, with its stamp and with
 * what its record was, before it is executed; one that an earlier try of the call may have executed is looked for in the
 * record first.
 *
 * <p>Guarantees: an operation takes effect at most once however often the call is tried, and one that took effect is
 * answered as it was; where the record doesn't show any more whether it did, {@link BridgeException.UnknownOutcome} says
 * so, and nothing is executed. Soft operations are executed at each try: saying twice that somebody lives says no more
 * than saying it once. Used by the one thread that executes the call.
 */
final class KeyedState extends ForwardingStateManager {
    private final StateManager state;
    private final Idempotency idempotency;
    private final KeyedCall call;

    KeyedState(StateManager state, Idempotency idempotency, KeyedCall call) {
        super(state);
        this.state = state;
        this.idempotency = idempotency;
        this.call = call;
    }

    @Override
    public Execution execute(Operation operation, Stamp stamp) {
        if (operation.isSoft()) {
            return state.execute(operation, stamp);
        }
        KeyedCall.Step earlier = call.steps.get(operation.key());
        if (earlier == null) {
            return executeFirst(operation, stamp);
        }
        return earlier.version() == null
                ? executeAfterRestart(operation, stamp, earlier)
                : executeAgain(operation, stamp, earlier, earlier.version());
    }

    private Execution executeFirst(Operation operation, Stamp stamp) {
        idempotency.note(call, List.of(step(state.read(operation.key()), List.of(stamp))));
        return executeNoted(operation, stamp);
    }

    private Execution executeNoted(Operation operation, Stamp stamp) {
        try {
            return state.execute(operation, stamp);
        } catch (BridgeException.UnknownOutcome e) {
            throw e;
        } catch (BridgeException e) {
            idempotency.noteUndone(call, operation.key());
            throw e;
        }
    }

    private static KeyedCall.Step step(Versioned there, List<Stamp> tries) {
        return new KeyedCall.Step(Before.of(there.key(), there.image()), version(there), tries, null);
    }

    private static String version(Versioned there) {
        return there.served() + "/" + there.version();
    }

    /**
     * The bridge that tried it is gone, so what the record was when this one started tells what became of it, whatever others
     * have done since; and if nothing did, nothing will any more.
     */
    private Execution executeAfterRestart(Operation operation, Stamp stamp, KeyedCall.Step earlier) {
        KeyedCall.Found found = earlier.found();
        if (found == null) {
            found = found(state.read(operation.key()));
        }
        Decision decision = new Operation.Retry(operation, earlier.before(), earlier.tries())
                .decide(found.image(), x -> true, stamp);
        Execution then = Execution.of(operation.key(), decision, found.image(), found.served());
        refuseUnknown(then);
        return decision instanceof Decision.Unchanged ? then : executeFirst(operation, stamp);
    }

    static KeyedCall.Found found(Versioned there) {
        return new KeyedCall.Found(there.image(), there.served());
    }

    /**
     * In the same run: an earlier try may be on its way still, so it is decided on the record as it is when this try is
     * executed; and that the record looks as before proves something only as long as nobody has written it.
     */
    private Execution executeAgain(Operation operation, Stamp stamp, KeyedCall.Step earlier, String version) {
        boolean isUnmoved = version(state.read(operation.key())).equals(version);
        Before before = isUnmoved ? earlier.before() : earlier.before().asMoved();
        List<Stamp> tries = new ArrayList<>(earlier.tries());
        tries.add(stamp);
        idempotency.note(call, List.of(new KeyedCall.Step(earlier.before(), version, List.copyOf(tries), null)));
        Execution execution = state.execute(new Operation.Retry(operation, before, earlier.tries()), stamp);
        refuseUnknown(execution);
        return execution;
    }

    private static void refuseUnknown(Execution execution) {
        if (execution.decision() instanceof Decision.Refused refused
                && refused.code() == Decision.Code.UNKNOWN_OUTCOME) {
            throw new BridgeException.UnknownOutcome(
                    refused.detail() + "; nothing was done now. If it is still wanted, send it with a new key", null);
        }
    }

    /**
     * A sweep by its nature does no harm when it is repeated: it removes what is old then. All it is about to remove is noted
     * at once, so that it can name also what an earlier try has removed.
     */
    @Override
    public List<String> removeRunningTasks(Instant limit, Stamp stamp) {
        Set<String> removed = new LinkedHashSet<>();
        for (RecordKey noted : call.steps.keySet()) {
            if (state.read(noted).image() == null) {
                removed.add(noted.id());
            }
        }
        List<Versioned> old = state.page(StateCollection.RUNNING_TASKS, null, Integer.MAX_VALUE).stream()
                .filter(task -> task.image() != null && Operation.RemoveRunningTask.isOlder(task.image(), limit))
                .toList();
        if (!old.isEmpty()) {
            idempotency.note(
                    call, old.stream().map(task -> step(task, List.of(stamp))).toList());
        }
        for (Versioned task : old) {
            String id = task.key().id();
            Execution execution = executeNoted(new Operation.RemoveRunningTask(id, limit), stamp);
            if (execution.decision() instanceof Decision.Changed) {
                removed.add(id);
            }
        }
        return List.copyOf(removed);
    }

    /** The store is another's to close. */
    @Override
    public void close() {}
}
