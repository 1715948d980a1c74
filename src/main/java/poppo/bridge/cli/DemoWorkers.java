package poppo.bridge.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateManager;

/**
 * Threads that do what PoppoBuilder's processes do: check an issue out, register a running task, send heartbeats, note
 * comments, check in, and read back what they were told. Several want the same issues. An operation whose outcome is
 * unknown, or that was refused because no store could take it, is repeated until it is answered, as a worker would.
 */
final class DemoWorkers implements AutoCloseable {
    /** The issues worked on; far from those of the fixture, which must come out untouched. */
    private static final long FIRST_ISSUE = 10_000;

    private static final int ISSUES = 40;

    private final StateManager state;
    private final Stamp.Source stamps;
    private final DemoLedger ledger;
    private final DemoTimings timings;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    DemoWorkers(OpenProject project, DemoLedger ledger, DemoTimings timings) {
        this.state = project.handle().state();
        this.stamps = project.stamps();
        this.ledger = ledger;
        this.timings = timings;
    }

    void start(int count) {
        for (int i = 0; i < count; i++) {
            String process = "demo-worker-" + i;
            Random random = new Random(i);
            Thread thread = new Thread(() -> work(process, random), process);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    private void work(String process, Random random) {
        int round = 0;
        while (!stopped) {
            try {
                turn(process, ++round, random);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1 + random.nextInt(4)));
            } catch (RuntimeException e) {
                ledger.violate(process + " failed: " + e);
                return;
            }
        }
    }

    private void turn(String process, int round, Random random) {
        long issue = FIRST_ISSUE + random.nextInt(ISSUES);
        Execution checkout = execute(new Operation.Checkout(issue, process, 4711L, "claude-cli", null));
        if (!checkout.isDone()) {
            return;
        }
        ledger.checkedOut(issue, process);
        String task = "issue-" + issue + "-" + process;
        execute(new Operation.PutRunningTask(task, Json.object().put("type", "issue")));
        ledger.added(RecordKey.runningTask(task));
        state.heartbeat(process, stamps.next());
        String comment = "IC_" + process + "_" + round;
        execute(new Operation.AddProcessedComment(issue, comment));
        ledger.commented(issue, comment);
        execute(new Operation.RemoveRunningTask(task, null));
        ledger.removed(RecordKey.runningTask(task));
        checkIn(issue, process);
        execute(new Operation.AddProcessedIssue(issue));
        ledger.added(RecordKey.processedIssue(issue));
    }

    private void checkIn(long issue, String process) {
        long turn = ledger.checkingIn(issue);
        ObjectNode result = Json.object();
        result.set(DemoLedger.TURN, Json.number(turn));
        execute(new Operation.Checkin(issue, process, Issue.COMPLETED, result));
        ledger.checkedIn(issue, turn);
        ledger.expectTurn(issue, state.read(RecordKey.issue(issue)).image(), turn);
    }

    private Execution execute(Operation operation) {
        BridgeException.@Nullable Unavailable last = null;
        for (int attempt = 0; attempt < 200; attempt++) {
            try {
                Execution execution = state.execute(operation, stamps.next());
                timings.answered();
                return execution;
            } catch (BridgeException.Unavailable e) {
                last = e;
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
        throw new IllegalStateException(operation.name() + " was not answered in 200 tries", last);
    }

    /** Lets everybody finish what they are at. */
    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(30));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
