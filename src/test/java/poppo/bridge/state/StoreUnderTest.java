package poppo.bridge.state;

/** What a test class gives the contract classes nested in it. */
public interface StoreUnderTest {
    /**
     * Opens an empty store, new for each test; the contract closes it.
     *
     * @param clock the test's clock. It starts at the real time, and a test moves it only into the past and back, since
     *     Redis expires heartbeats by its own clock
     */
    StateManager open(TestClock clock) throws Exception;
}
