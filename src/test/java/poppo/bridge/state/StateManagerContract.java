package poppo.bridge.state;

import org.junit.jupiter.api.Nested;

/**
 * All that {@link StateManager} promises. The test of an implementation extends this and says in {@link #open} how to
 * get an empty store; a test that wants some topics only implements {@link StoreUnderTest} and nests them itself, one
 * line each. A topic added here binds every implementation.
 */
public abstract class StateManagerContract implements StoreUnderTest {
    @Nested
    class Checkout extends CheckoutContract {}

    @Nested
    class Checkin extends CheckinContract {}

    @Nested
    class Update extends UpdateContract {}

    @Nested
    class Heartbeat extends HeartbeatContract {}

    @Nested
    class Orphans extends OrphanContract {}

    @Nested
    class Processes extends ProcessContract {}

    @Nested
    class Processed extends ProcessedContract {}

    @Nested
    class Tasks extends TaskContract {}

    @Nested
    class Copy extends CopyContract {}

    @Nested
    class Paging extends PagingContract {}

    @Nested
    class Lossless extends LosslessContract {}

    @Nested
    class Concurrency extends ConcurrencyContract {}
}
