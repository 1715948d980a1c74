package poppo.bridge.cli;

import java.time.Duration;

/** Time as a command that follows something needs it. */
interface Pace {
    Pace SYSTEM = new Pace() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void pause(Duration length) throws InterruptedException {
            Thread.sleep(length.toMillis());
        }
    };

    long nanos();

    void pause(Duration length) throws InterruptedException;
}
