/**
 * The legacy files as a store: {@link poppo.bridge.file.FileStateManager} reads and writes the JSON files of a state
 * directory beside the Node.js programs that own it, byte for byte as they would (spec/legacy-files.md).
 *
 * <p>Here live the legacy locks, grouped and durable rewrites, the odd shapes found in the wild, damaged files and
 * foreign writes. What an operation means does not: that is {@link poppo.bridge.state.Operation}, which is run here and
 * never rewritten. This package uses {@code poppo.bridge.state}, Jackson and the JDK, and knows nothing of Redis.
 */
@NullMarked
package poppo.bridge.file;

import org.jspecify.annotations.NullMarked;
