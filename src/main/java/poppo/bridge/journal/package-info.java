/**
 * The journal: an append-only, checksummed record of what is acknowledged before the files have it. It keeps bytes and
 * knows nothing of what they say; entering, taking them to the files and saying how far that got is up to its user. Uses
 * {@code poppo.bridge.machine} and the exceptions of {@code poppo.bridge.state}.
 */
@NullMarked
package poppo.bridge.journal;

import org.jspecify.annotations.NullMarked;
