package poppo.bridge.bench;

import java.util.Map;

/** One of the things compared. */
@FunctionalInterface
interface Side {
    /** Works for a moment, and says what it measured: figures by name, times in nanoseconds. */
    Map<String, Double> round() throws Exception;
}
