package poppo.bridge.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import poppo.bridge.migration.Finding.Level;
import poppo.bridge.state.MemoryFiles;
import poppo.bridge.state.MemoryRedis;
import poppo.bridge.state.ServerFacts;

class DoctorTest {
    private static final ServerFacts FIT = new ServerFacts(
            "7.0.15", "r", "master", 0, 0, 0, "noeviction", true, "everysec", true, true, 1, false, 100, 0);

    @TempDir
    Path directory;

    private final Clock clock = Clock.systemUTC();

    private Finding finding(String check, UnaryOperator<ServerFacts> facts) {
        ServerFacts now = facts.apply(new ServerFacts(
                FIT.version(),
                FIT.runId(),
                FIT.role(),
                FIT.replicas(),
                FIT.minReplicasToWrite(),
                FIT.maxmemory(),
                FIT.maxmemoryPolicy(),
                FIT.appendonly(),
                FIT.appendfsync(),
                FIT.aofLastWriteOk(),
                FIT.rdbLastSaveOk(),
                FIT.usedMemory(),
                FIT.loading(),
                FIT.pingMicros(),
                clock.millis()));
        return new Doctor(directory, new MemoryFiles(), () -> now, clock)
                .get().stream()
                        .filter(each -> each.check().equals(check))
                        .findFirst()
                        .orElseThrow();
    }

    private Finding finding(String check) {
        return finding(check, facts -> facts);
    }

    @Test
    void everythingIsWell() {
        Doctor doctor = new Doctor(directory, new MemoryFiles(), new MemoryRedis()::facts, clock);
        assertThat(doctor.get())
                .extracting(Finding::check)
                .containsExactlyInAnyOrder(
                        "state-directory",
                        "permissions",
                        "disk-space",
                        "file-system",
                        "state-files",
                        "locks",
                        "redis-version",
                        "redis-role",
                        "redis-replication",
                        "redis-eviction",
                        "redis-persistence",
                        "redis-memory",
                        "redis-loading",
                        "redis-latency",
                        "clock-skew");
        assertThat(finding("locks").level()).isEqualTo(Level.OK);
        assertThat(finding("redis-eviction").level()).isEqualTo(Level.OK);
    }

    /** Of a server: version, role, replicas, policy, append-only, fsync, memory, skew; what is found, and how bad it is. */
    @ParameterizedTest
    @CsvSource({
        "6.0.9,  master, 0, noeviction,   true,  everysec, 0,    0,     redis-version,     ERROR",
        "6.2.0,  master, 0, noeviction,   true,  everysec, 0,    0,     redis-version,     OK",
        "7.0.0,  slave,  0, noeviction,   true,  everysec, 0,    0,     redis-role,        ERROR",
        "7.0.0,  master, 2, noeviction,   true,  everysec, 0,    0,     redis-replication, WARNING",
        "7.0.0,  master, 0, allkeys-lru,  true,  everysec, 0,    0,     redis-eviction,    ERROR",
        "7.0.0,  master, 0, volatile-lru, true,  everysec, 0,    0,     redis-eviction,    WARNING",
        "7.0.0,  master, 0, noeviction,   false, everysec, 0,    0,     redis-persistence, ERROR",
        "7.0.0,  master, 0, noeviction,   true,  no,       0,    0,     redis-persistence, ERROR",
        "7.0.0,  master, 0, noeviction,   true,  always,   0,    0,     redis-persistence, OK",
        "7.0.0,  master, 0, noeviction,   true,  everysec, 100,  0,     redis-memory,      ERROR",
        "7.0.0,  master, 0, noeviction,   true,  everysec, 0,    60000, clock-skew,        ERROR"
    })
    void aServerIsJudged(
            String version,
            String role,
            long replicas,
            String policy,
            boolean aof,
            String fsync,
            long maxmemory,
            long skew,
            String check,
            Level level)
            throws IOException {
        Files.writeString(directory.resolve("issue-status.json"), "{\"issues\":{}}" + " ".repeat(1000));
        Finding found = finding(
                check,
                now -> new ServerFacts(
                        version,
                        "r",
                        role,
                        replicas,
                        0,
                        maxmemory,
                        policy,
                        aof,
                        fsync,
                        true,
                        true,
                        1,
                        false,
                        100,
                        now.clockMillis() + skew));
        assertThat(found.level()).as(found.toString()).isEqualTo(level);
        assertThat(found.fix().isEmpty()).isEqualTo(level == Level.OK);
    }

    @Test
    void aDirectoryOpenToEverybodyIsToldOf() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(finding("permissions").level()).isEqualTo(Level.WARNING);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(finding("permissions").level()).isEqualTo(Level.OK);
    }

    @Test
    void locksOfTheDeadAndLocksHeldLongAreToldApart() throws IOException {
        Path lock = directory.resolve("issue-status.json.lock");
        long own = ProcessHandle.current().pid();
        Files.writeString(lock, Long.toString(own));
        assertThat(finding("locks").level()).isEqualTo(Level.OK);

        Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minus(Duration.ofMinutes(1))));
        assertThat(finding("locks").found())
                .isEqualTo("held by a running process for more than 5 s: issue-status.json.lock by pid " + own);

        Files.writeString(lock, "not a pid");
        assertThat(finding("locks").found()).isEqualTo("left by dead processes: issue-status.json.lock");
    }
}
