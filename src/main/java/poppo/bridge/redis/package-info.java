/**
 * The Redis store: {@link poppo.bridge.redis.RedisStateManager} over the key layout of spec/redis-layout.md, and the
 * server it needs, {@link poppo.bridge.redis.RedisServerProcess}.
 *
 * <p>The only package that knows Lettuce, key names and the script. What an operation means is not decided here:
 * {@link poppo.bridge.state.Operation#decide} is run on what was read, and one script commits its outcome if nothing
 * has moved since. Nothing else writes records.
 */
@NullMarked
package poppo.bridge.redis;

import org.jspecify.annotations.NullMarked;
