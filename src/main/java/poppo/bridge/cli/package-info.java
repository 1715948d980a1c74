/**
 * The command line: one class per command, the configuration, and the wiring that puts the other packages together.
 *
 * <p>The only package that knows the stores by name; nothing depends on it.
 */
@NullMarked
package poppo.bridge.cli;

import org.jspecify.annotations.NullMarked;
