package poppo.bridge.replay;

import java.time.Instant;

/**
 * The first line of a fixture's operations.
 *
 * @param recordedAt the time that every call's {@link Recorded#begun()} counts from
 * @param origin where it comes from, in words
 */
public record Header(String name, Instant recordedAt, String origin) {}
