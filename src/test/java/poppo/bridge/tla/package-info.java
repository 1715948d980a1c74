/** Runs TLC on the model in {@code src/test/tla}. Nothing of the bridge's own code is used here. */
package poppo.bridge.tla;
