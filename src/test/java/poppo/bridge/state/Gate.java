package poppo.bridge.state;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds a call until the test opens it. {@link #awaitArrival} tells that somebody stands before it. */
public final class Gate implements Fault {
    /** Ends a test that would hang; nothing is measured by it. */
    private static final long HANGS_AFTER_SECONDS = 60;

    private final boolean afterEffect;
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    private Gate(boolean afterEffect) {
        this.afterEffect = afterEffect;
    }

    public static Gate beforeEffect() {
        return new Gate(false);
    }

    public static Gate afterEffect() {
        return new Gate(true);
    }

    /** Lets everybody through, from now on. */
    public void open() {
        open.countDown();
    }

    public boolean hasArrival() {
        return arrived.getCount() == 0;
    }

    public void awaitArrival() {
        await(arrived, "nobody came to the gate");
    }

    @Override
    public void before(Call call) {
        if (!afterEffect) {
            stand();
        }
    }

    @Override
    public void after(Call call) {
        if (afterEffect) {
            stand();
        }
    }

    private void stand() {
        arrived.countDown();
        await(open, "the gate was never opened");
    }

    private static void await(CountDownLatch latch, String complaint) {
        try {
            if (!latch.await(HANGS_AFTER_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError(complaint);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BridgeException.UnknownOutcome("interrupted at a gate", e);
        }
    }
}
