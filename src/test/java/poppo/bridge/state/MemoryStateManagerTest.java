package poppo.bridge.state;

/** The store that other tests stand on keeps the whole contract. */
class MemoryStateManagerTest extends StateManagerContract {
    @Override
    public StateManager open(TestClock clock) {
        return new MemoryStateManager();
    }
}
