package poppo.bridge.crash;

import java.nio.file.Path;
import java.time.Clock;
import java.util.SplittableRandom;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Stamp;

/**
 * A bridge in a JVM of its own that goes to a phase, works, loses Redis and gets it back, goes down and up again, and
 * stops; it tells on stdout what it tries and what was acknowledged. Somewhere on the way it is halted.
 *
 * <p>Arguments: state directory, Redis URI, project, phase, seed, point or {@code -}, how many times to pass it before.
 */
final class CrashPeer {
    private final Stores stores;
    private final SplittableRandom random;
    private final Stamp.Source stamps = new Stamp.Source(Clock.systemUTC());

    private CrashPeer(Stores stores, long seed) {
        this.stores = stores;
        this.random = new SplittableRandom(seed);
    }

    public static void main(String[] arguments) throws Exception {
        Points points = new Points(arguments[5].equals("-") ? null : arguments[5], Integer.parseInt(arguments[6]));
        Stores stores = new Stores(Path.of(arguments[0]), arguments[1], arguments[2], points);
        try (stores) {
            new CrashPeer(stores, Long.parseLong(arguments[4])).run(Phase.of(arguments[3]));
        }
        points.passed().forEach((name, count) -> say("point " + count + " " + name));
        say("end");
        System.exit(0);
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private void run(Phase phase) throws InterruptedException {
        to(phase);
        work(20);
        stores.redisIsDown(true);
        work(12);
        stores.redisIsDown(false);
        awaitBelief();
        work(8);
        to(Phase.DUAL_WRITE);
        work(5);
        to(phase);
        work(5);
        to(Phase.FILE);
        to(phase);
        work(5);
    }

    private void to(Phase phase) {
        stores.state.change(Rollout.of(phase), "test", "test");
    }

    private void awaitBelief() throws InterruptedException {
        while (stores.state.standing().phase().usesRedis()
                && !stores.state.standing().believed()) {
            Thread.sleep(2);
        }
    }

    private void work(int operations) throws InterruptedException {
        for (int i = 0; i < operations; i++) {
            operate(operation());
            // So that the mirror and the upkeep come in between.
            Thread.sleep(random.nextInt(6));
        }
    }

    private Operation operation() {
        long issue = 1 + random.nextInt(4);
        String process = "p" + random.nextInt(2);
        return switch (random.nextInt(7)) {
            case 0, 1 -> new Operation.Checkout(issue, process, null, null, null);
            case 2 -> new Operation.Checkin(issue, process, "completed", null);
            case 3 -> new Operation.AddProcessedComment(issue, "c" + random.nextInt(1000));
            case 4 -> new Operation.AppendPendingTask(Json.number(random.nextInt(1000)));
            case 5 -> new Operation.AddProcessedIssue(random.nextInt(1000));
            default -> new Operation.ResetIssue(issue);
        };
    }

    private void operate(Operation operation) {
        String key =
                operation.key().collection().label() + "/" + operation.key().id();
        say("try " + key);
        try {
            Execution execution = stores.state.execute(operation, stamps.next());
            boolean changed = execution.decision() instanceof Decision.Changed;
            String image = execution.after() == null ? "-" : Json.compact(execution.after());
            say(changed ? "ack " + key + " " + image : "same " + key);
        } catch (BridgeException.UnknownOutcome e) {
            say("unknown " + key);
        } catch (BridgeException.Unavailable e) {
            say("same " + key);
        }
    }
}
