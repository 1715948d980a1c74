/**
 * One state over two stores: the phase table, routing, comparison, the circuit breaker, dirty records, and every change
 * of authority.
 *
 * <p>Read {@link poppo.bridge.shadow.Phase} (the table), then {@link poppo.bridge.shadow.ShadowStateManager} (the
 * routing). What operations mean is not decided here, and neither store is known by name: only their ports in
 * {@code state}. The only package that uses Resilience4j.
 */
@NullMarked
package poppo.bridge.shadow;

import org.jspecify.annotations.NullMarked;
