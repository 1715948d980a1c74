/** Backfill and diff of big directories: in bounded memory, in bounded time, through kills. */
@org.jspecify.annotations.NullMarked
package poppo.bridge.bulk;
