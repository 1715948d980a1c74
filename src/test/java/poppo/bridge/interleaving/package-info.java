/**
 * Deterministic interleavings of the real classes: the threads of a bridge run one at a time, and at every store call, disk
 * effect and wait a seed decides who goes on, what fails and when the bridge is killed. An account of what was acknowledged,
 * kept apart from it all, is the oracle. Read {@link poppo.bridge.interleaving.World} first.
 */
package poppo.bridge.interleaving;
