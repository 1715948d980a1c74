/**
 * The words of the bridge: records, operations as pure functions, the {@link poppo.bridge.state.StateManager} port and
 * its lossless JSON.
 *
 * <p>What an operation means is written here and nowhere else; the stores only decide where the outcome is kept. This
 * package uses the JDK and Jackson, and knows neither files nor Redis nor HTTP.
 */
@NullMarked
package poppo.bridge.state;

import org.jspecify.annotations.NullMarked;
