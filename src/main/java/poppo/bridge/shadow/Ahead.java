package poppo.bridge.shadow;

import java.util.function.Supplier;

/** Has work done that will be needed soon, while the caller is still at what comes before it. */
interface Ahead {
    /** Nothing is begun before it is asked for, and it is done by whoever asks. */
    Ahead NONE = new Ahead() {
        @Override
        public <T> Supplier<T> begin(Supplier<T> work) {
            return work;
        }
    };

    /**
     * Begins some work.
     *
     * @return waits for its result, or throws what it threw; to be asked once
     */
    <T> Supplier<T> begin(Supplier<T> work);
}
