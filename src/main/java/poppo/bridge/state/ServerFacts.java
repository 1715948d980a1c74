package poppo.bridge.state;

import org.jspecify.annotations.Nullable;

/**
 * What a doctor wants to know of a Redis server.
 *
 * @param role {@code master} or {@code slave}
 * @param replicas how many are connected
 * @param minReplicasToWrite without so many of them it takes no write; 0 where it doesn't mind or doesn't tell
 * @param maxmemory bytes; 0 without a limit
 * @param appendonly whether the append-only file is on
 * @param appendfsync null where the server doesn't tell ({@code CONFIG} forbidden, as managed services do)
 * @param aofLastWriteOk whether the last write to the append-only file went well
 * @param rdbLastSaveOk whether the last snapshot went well
 * @param usedMemory bytes
 * @param loading whether it is still reading its data set
 * @param pingMicros the quickest of a few round trips
 * @param clockMillis its clock, to be held against one's own
 */
public record ServerFacts(
        String version,
        String runId,
        String role,
        long replicas,
        long minReplicasToWrite,
        long maxmemory,
        String maxmemoryPolicy,
        boolean appendonly,
        @Nullable String appendfsync,
        boolean aofLastWriteOk,
        boolean rdbLastSaveOk,
        long usedMemory,
        boolean loading,
        long pingMicros,
        long clockMillis) {}
