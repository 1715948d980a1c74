/**
 * The two Node.js classes that share the state directory with the bridge today, re-created with their defects
 * (spec/legacy-files.md): the peers the bridge must survive beside, and the baseline of its benchmark.
 *
 * <p>Nothing here may use the bridge's own code, or a mistake in it would agree with itself. Only the JDK and Jackson.
 */
package poppo.bridge.legacy;
