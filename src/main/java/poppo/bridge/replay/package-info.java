/**
 * Fixtures: what was asked of a project and answered, as files ({@link poppo.bridge.replay.Fixture}), and the same asked
 * again of any store in any phase ({@link poppo.bridge.replay.Replay}).
 *
 * <p>Knows neither store by name: who wants a replay hands the stores over ({@link poppo.bridge.replay.Ground}). What an
 * operation means is not decided here either; a fixture only says what came of it.
 */
@NullMarked
package poppo.bridge.replay;

import org.jspecify.annotations.NullMarked;
