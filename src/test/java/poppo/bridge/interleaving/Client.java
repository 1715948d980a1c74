package poppo.bridge.interleaving;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/** A worker process that uses the bridge, and has every answer entered in the ledger. */
final class Client {
    private static final int CALLS = 12;

    private final World world;
    private final String process;
    private final SplittableRandom random;
    private int made;

    Client(World world, String process, SplittableRandom random) {
        this.world = world;
        this.process = process;
        this.random = random;
    }

    void run() {
        for (int i = 0; i < CALLS; i++) {
            int kind = random.nextInt(10);
            if (kind < 6) {
                operate(anyOperation());
            } else if (kind < 8) {
                read(any(RecordKeys.ALL));
            } else {
                list();
            }
            world.scheduler.pause("thinks");
        }
        world.clientHasEnded();
    }

    private <T> T any(List<T> among) {
        return among.get(random.nextInt(among.size()));
    }

    private Operation anyOperation() {
        long issue = 1 + random.nextInt(3);
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> new Operation.Checkout(issue, process, null, null, null);
            case 3, 4 -> new Operation.Checkin(issue, process, Issue.COMPLETED, null);
            case 5 -> new Operation.Heartbeat(issue, process);
            case 6 -> new Operation.AddProcessedComment(1, name());
            case 7 -> new Operation.AppendPendingTask(Json.array().add(name()));
            case 8 -> new Operation.PutRunningTask("t", Json.object().put("by", name()));
            case 9 -> new Operation.RemoveRunningTask("t", null);
            case 10 -> new Operation.ResetIssue(issue);
            default -> new Operation.SetLastRun(Json.object().put("by", name()));
        };
    }

    private String name() {
        made++;
        return process + "-" + made;
    }

    private void operate(Operation operation) {
        world.inBridge(bridge -> {
            operate(bridge, operation);
            return true;
        });
    }

    private void operate(ShadowStateManager bridge, Operation operation) {
        Stamp stamp = world.stamps.next();
        Ledger.Entry entry = world.ledger.begin(operation, stamp);
        world.scheduler.note("asks " + operation);
        try {
            Execution execution = bridge.execute(operation, stamp);
            world.scheduler.note("is answered by " + execution.served() + " "
                    + execution.decision().getClass().getSimpleName());
            world.counts.count("answers");
            world.ledger.acknowledged(entry, execution, stamp);
        } catch (BridgeException.UnknownOutcome e) {
            world.scheduler.note("gets an unknown outcome: " + e.getMessage());
            world.counts.count("unknown outcomes");
            world.ledger.unknown(entry);
        } catch (BridgeException.Unavailable e) {
            world.scheduler.note("is refused: " + e.getMessage());
            world.counts.count("refusals");
            world.ledger.refused(entry);
        } catch (Killed e) {
            world.scheduler.note("gets no answer");
            world.ledger.unknown(entry);
        }
    }

    private void read(RecordKey key) {
        look(List.of(key), bridge -> Map.of(key, bridge.read(key)), (found, at) -> {
            JsonNode seen = Ledger.steady(found.get(at).image());
            return image -> java.util.Objects.equals(image, seen);
        });
    }

    private void list() {
        switch (random.nextInt(4)) {
            case 0 -> listIssues();
            case 1 ->
                look(
                        RecordKeys.ISSUES,
                        ShadowStateManager::processing,
                        (found, at) -> image -> Issue.isProcessing(image) == found.contains(at.number()));
            case 2 ->
                look(
                        RecordKeys.ISSUES,
                        bridge -> bridge.heldBy(process),
                        (found, at) -> image -> process.equals(Issue.holder(image)) == found.contains(at.number()));
            default -> readAll();
        }
    }

    private void listIssues() {
        look(RecordKeys.ISSUES, bridge -> byKey(bridge.page(StateCollection.ISSUES, null, 10)), Client::sameAsFound);
    }

    private void readAll() {
        look(RecordKeys.ALL, bridge -> byKey(bridge.readAll(RecordKeys.ALL)), Client::sameAsFound);
    }

    private static Predicate<JsonNode> sameAsFound(Map<RecordKey, Versioned> found, RecordKey key) {
        JsonNode seen = found.containsKey(key) ? Ledger.steady(found.get(key).image()) : null;
        return image -> java.util.Objects.equals(image, seen);
    }

    private static Map<RecordKey, Versioned> byKey(List<Versioned> records) {
        Map<RecordKey, Versioned> byKey = new LinkedHashMap<>();
        records.forEach(record -> byKey.put(record.key(), record));
        return byKey;
    }

    /** What an answer tells of one record. */
    @FunctionalInterface
    private interface Telling<T> {
        Predicate<JsonNode> of(T found, RecordKey key);
    }

    private <T> void look(List<RecordKey> keys, Function<ShadowStateManager, T> query, Telling<T> telling) {
        world.inBridge(bridge -> {
            look(bridge, keys, query, telling);
            return true;
        });
    }

    private <T> void look(
            ShadowStateManager bridge,
            List<RecordKey> keys,
            Function<ShadowStateManager, T> query,
            Telling<T> telling) {
        List<Ledger.Entry> reads = new ArrayList<>();
        keys.forEach(key -> reads.add(world.ledger.beginRead(key)));
        world.scheduler.note("looks at " + keys);
        try {
            T found = query.apply(bridge);
            world.scheduler.note("sees " + found);
            world.counts.count("looks");
            reads.forEach(read -> world.ledger.saw(read, telling.of(found, read.key), String.valueOf(found)));
        } catch (BridgeException.Unavailable e) {
            world.scheduler.note("can't see: " + e.getMessage());
            reads.forEach(world.ledger::abandon);
        } catch (Killed e) {
            world.scheduler.note("sees nothing any more");
            reads.forEach(world.ledger::abandon);
        }
    }
}
