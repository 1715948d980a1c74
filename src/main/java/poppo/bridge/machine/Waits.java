package poppo.bridge.machine;

import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;

/**
 * How one thread waits for others. The bridge lets it {@linkplain #BLOCKING block}; a test that decides itself which
 * thread runs next has it try again in its turns.
 */
@FunctionalInterface
public interface Waits {
    Waits BLOCKING = (attempt, block) -> block.run();

    /**
     * Returns when what was waited for is had.
     *
     * @param attempt has it if that needs no wait, and says so
     * @param block waits and has it
     */
    void until(BooleanSupplier attempt, Runnable block);

    /** Takes a lock. */
    default void lock(Lock lock) {
        until(lock::tryLock, lock::lock);
    }
}
