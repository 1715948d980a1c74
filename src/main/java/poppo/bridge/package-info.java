/** The root of the bridge: only packages live here, no class. The words are in {@code state}. */
@org.jspecify.annotations.NullMarked
package poppo.bridge;
