/**
 * Migration plans: the format, the engine that carries one out on a running bridge, and what it tells of it.
 *
 * <p>A plan says when; what a phase change does, and what its gates measure, is the migration package's. Knows neither
 * store, nor HTTP, nor the command line.
 */
@NullMarked
package poppo.bridge.plan;

import org.jspecify.annotations.NullMarked;
