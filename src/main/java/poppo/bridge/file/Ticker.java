package poppo.bridge.file;

import java.util.concurrent.locks.LockSupport;

/** Waiting, so that a test can wait without time going by. */
interface Ticker {
    Ticker SYSTEM = new Ticker() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        /** Ends at once, and keeps the flag, when the thread is interrupted: no caller here depends on the pause. */
        @Override
        public void sleep(long nanos) {
            long end = System.nanoTime() + nanos;
            for (long left = nanos;
                    left > 0 && !Thread.currentThread().isInterrupted();
                    left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    };

    long nanoTime();

    void sleep(long nanos);
}
