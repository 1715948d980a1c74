/**
 * The bridge over HTTP, as spec/http-api.md fixes it: worker API, operator API, events, metrics.
 *
 * <p>{@link poppo.bridge.web.BridgeServer} is the way in. One controller a resource; each answers through
 * {@link poppo.bridge.web.Calls}, off the event loop and bounded. Bodies are read and printed by {@code state.Json} only,
 * so that no number or field is lost. What an operation means is not decided here.
 */
@NullMarked
package poppo.bridge.web;

import org.jspecify.annotations.NullMarked;
