package poppo.bridge.bench;

import com.launchdarkly.sdk.server.MigrationStage;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import poppo.bridge.bench.Goal.Bound;
import poppo.bridge.bench.Goal.Term;
import poppo.bridge.bench.Goal.Unit;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Stamp;

/** What routing and comparing cost by themselves, around stores that do nothing; beside LaunchDarkly around the same ones. */
final class OwnCost extends Contest {
    private static final long SLOW = TimeUnit.MILLISECONDS.toNanos(5);
    private static final double MOST_BYTES = 200;

    private final Stamp stamp = new Stamp.Source(Clock.systemUTC()).next();
    private final Operation checkout = new Operation.Checkout(NoStores.ISSUE, "worker-1", 1L, "issue", null);

    OwnCost() {
        super("own-cost");
    }

    @Override
    void open() throws IOException {
        LaunchDarkly quick = launchDarkly(new NoStores.Redis());
        ShadowStateManager files = bridge(new NoStores.Redis(), Phase.FILE);
        ShadowStateManager both = bridge(new NoStores.Redis(), Phase.DUAL_WRITE);
        side("plain read", () -> Meter.perCall(() -> files.read(NoStores.KEY)));
        side("LaunchDarkly plain read", () -> Meter.perCall(() -> quick.read(MigrationStage.OFF, NoStores.KEY)));
        side("compared read", () -> Meter.perCall(() -> both.read(NoStores.KEY)));
        side("LaunchDarkly compared read", () -> Meter.perCall(() -> quick.read(MigrationStage.SHADOW, NoStores.KEY)));
        side("dual write", () -> Meter.perCall(() -> both.execute(checkout, stamp)));
        side("LaunchDarkly dual write", () -> Meter.perCall(() -> quick.write(MigrationStage.DUAL_WRITE, checkout)));

        NoStores.Redis slow = new NoStores.Redis();
        readBeside("slow", slow);
        slow.takes(SLOW);
        NoStores.Redis failing = new NoStores.Redis();
        readBeside("failing", failing);
        failing.fails();
    }

    private void readBeside(String how, NoStores.Redis second) throws IOException {
        ShadowStateManager bridge = bridge(second, Phase.DUAL_WRITE);
        LaunchDarkly launchDarkly = launchDarkly(second);
        side(how, () -> Meter.calls(1, thread -> bridge.read(NoStores.KEY)));
        side(
                "LaunchDarkly " + how,
                () -> Meter.calls(1, thread -> launchDarkly.read(MigrationStage.SHADOW, NoStores.KEY)));
    }

    private LaunchDarkly launchDarkly(NoStores.Redis second) {
        return keep(new LaunchDarkly(new NoStores.Files(), second, stamp));
    }

    private ShadowStateManager bridge(NoStores.Redis second, Phase phase) throws IOException {
        return keep(Bridges.over(new NoStores.Files(), second, newDirectory(0), phase));
    }

    @Override
    List<Goal> goals() {
        return List.of(
                time("plain read", 150),
                time("compared read", 300),
                time("dual write", 400),
                allocated("plain read"),
                allocated("compared read"),
                allocated("dual write"),
                read("slow", "read, the second store takes 5 ms (LaunchDarkly waits), p99", 0.01),
                read("failing", "read, the second store fails, p99", 1));
    }

    private static Goal time(String what, double most) {
        return new Goal(
                "own cost / LaunchDarkly: " + what,
                Unit.NANOS,
                Term.of(what, "ns"),
                Bound.atMost(most),
                Term.of("LaunchDarkly " + what, "ns"));
    }

    private static Goal allocated(String what) {
        return new Goal(
                "own allocation / LaunchDarkly: " + what,
                Unit.BYTES,
                Term.of(what, "bytes"),
                Bound.atMost(MOST_BYTES),
                Term.of("LaunchDarkly " + what, "bytes"));
    }

    private static Goal read(String side, String row, double most) {
        return new Goal(
                row,
                Unit.MICROS,
                Term.of(side, "p99"),
                Bound.ratioAtMost(most),
                Term.of("LaunchDarkly " + side, "p99"));
    }
}
