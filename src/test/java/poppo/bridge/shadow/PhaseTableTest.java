package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Call;
import poppo.bridge.state.Fault;
import poppo.bridge.state.MemoryStateManager;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.TestClock;

/**
 * DESIGN §2's table, walked cell by cell: phase × kind of operation × which side fails. For each: the calls to both stores
 * in their order, what the caller gets, what is dirty after it, and which store has the write.
 */
class PhaseTableTest {
    private static final RecordKey KEY = RecordKey.issue(7);

    /**
     * {@code down} is a Redis that can't be reached, {@code landed} and {@code lost} are time-outs after which the write is
     * there or not, {@code files} is a state directory that fails, {@code disk} a journal that does. A phase with a star: Redis is not believed.
     */
    private static final String TABLE = """
            # phase          operation  fails    calls                                                     caller       dirty              has it
            file             write      none     files.execute                                             file         -                  files
            file             write      down     files.execute                                             file         -                  files
            file             write      files    files.execute                                             unavailable  -                  -
            file             read       none     files.read                                                file         -                  -
            file             read       down     files.read                                                file         -                  -
            file             read       files    files.read                                                unavailable  -                  -
            file             list       none     files.page                                                file         -                  -
            file             list       down     files.page                                                file         -                  -
            file             list       files    files.page                                                unavailable  -                  -
            dual-write       write      none     files.execute,redis.execute                               file         -                  files,redis
            dual-write       write      down     files.execute,redis.execute                               file         missed-dual-write  files
            dual-write       write      landed   files.execute,redis.execute                               file         unknown-outcome    files,redis
            dual-write       write      lost     files.execute,redis.execute                               file         unknown-outcome    files
            dual-write       write      files    files.execute                                             unavailable  -                  -
            dual-write       read       none     files.read                                                file         -                  -
            dual-write       read       down     files.read                                                file         -                  -
            dual-write       read       files    files.read                                                unavailable  -                  -
            dual-write       list       none     files.page                                                file         -                  -
            dual-write       list       down     files.page                                                file         -                  -
            dual-write*      write      down     files.execute                                             file         missed-dual-write  files
            dual-write*      write      files    files.execute                                             unavailable  missed-dual-write  -
            dual-write*      read       down     files.read                                                file         -                  -
            dual-write*      list       down     files.page                                                file         -                  -
            redis-read:0     write      none     files.execute,redis.execute                               file         -                  files,redis
            redis-read:0     write      down     files.execute,redis.execute                               file         missed-dual-write  files
            redis-read:0     read       none     files.read                                                file         -                  -
            redis-read:0     list       none     files.page                                                file         -                  -
            redis-read:50    list       none     files.page                                                file         -                  -
            redis-read:100   write      none     files.execute,redis.execute                               file         -                  files,redis
            redis-read:100   write      down     files.execute,redis.execute                               file         missed-dual-write  files
            redis-read:100   write      landed   files.execute,redis.execute                               file         unknown-outcome    files,redis
            redis-read:100   write      lost     files.execute,redis.execute                               file         unknown-outcome    files
            redis-read:100   write      files    files.execute                                             unavailable  -                  -
            redis-read:100   read       none     redis.read                                                redis        -                  -
            redis-read:100   read       down     redis.read,files.read                                     file         -                  -
            redis-read:100   read       lost     redis.read,files.read                                     file         -                  -
            redis-read:100   read       files    redis.read                                                redis        -                  -
            redis-read:100   list       none     redis.page                                                redis        -                  -
            redis-read:100   list       down     redis.page,files.page                                     file         -                  -
            redis-read:100   list       files    redis.page                                                redis        -                  -
            redis-read:100*  write      down     files.execute                                             file         missed-dual-write  files
            redis-read:100*  read       down     files.read                                                file         -                  -
            redis-read:100*  list       down     files.page                                                file         -                  -
            redis-write:0    write      none     files.execute,redis.execute                               file         -                  files,redis
            redis-write:0    write      down     files.execute,redis.execute                               file         missed-dual-write  files
            redis-write:0    write      files    files.execute                                             unavailable  -                  -
            redis-write:0    read       none     redis.read                                                redis        -                  -
            redis-write:0    read       down     redis.read,files.read                                     file         -                  -
            redis-write:0    list       none     redis.page                                                redis        -                  -
            redis-write:100  write      none     redis.execute                                             redis        -                  files,redis
            redis-write:100  write      down     redis.execute,files.execute                               file         missed-dual-write  files
            redis-write:100  write      landed   redis.execute,files.execute                               file         unknown-outcome    files,redis
            redis-write:100  write      lost     redis.execute,files.execute                               file         unknown-outcome    files
            redis-write:100  write      files    redis.execute                                             redis        -                  files,redis
            redis-write:100  write      disk     redis.execute                                             unknown      unknown-outcome    redis
            redis-write:100  heartbeat  none     redis.execute,files.execute                               redis        -                  -
            redis-write:100  heartbeat  down     redis.execute,files.execute                               file         missed-dual-write  -
            redis-write:100  read       none     redis.read                                                redis        -                  -
            redis-write:100  read       down     redis.read,files.read                                     file         -                  -
            redis-write:100  read       files    redis.read                                                redis        -                  -
            redis-write:100  list       none     redis.page                                                redis        -                  -
            redis-write:100  list       down     redis.page,files.page                                     file         -                  -
            redis-write:100* write      down     files.execute                                             file         missed-dual-write  files
            redis-write:100* write      files    files.execute                                             unavailable  missed-dual-write  -
            redis-write:100* read       down     files.read                                                file         -                  -
            redis-write:100* list       down     files.page                                                file         -                  -
            redis-only       write      none     redis.execute                                             redis        -                  redis
            redis-only       write      down     redis.execute                                             unavailable  -                  -
            redis-only       write      landed   redis.execute                                             unknown      -                  redis
            redis-only       write      lost     redis.execute                                             unknown      -                  -
            redis-only       write      files    redis.execute                                             redis        -                  redis
            redis-only       write      disk     redis.execute                                             unknown      -                  redis
            redis-only       heartbeat  none     redis.execute                                             redis        -                  -
            redis-only       read       none     redis.read                                                redis        -                  -
            redis-only       read       down     redis.read                                                unavailable  -                  -
            redis-only       read       files    redis.read                                                redis        -                  -
            redis-only       list       none     redis.page                                                redis        -                  -
            redis-only       list       down     redis.page                                                unavailable  -                  -
            redis-only*      write      down     -                                                         unavailable  -                  -
            redis-only*      read       down     -                                                         unavailable  -                  -
            redis-only*      list       down     -                                                         unavailable  -                  -
            """;

    record Cell(String phase, String operation, String fails, String calls, String caller, String dirty, String hasIt) {
        static Cell parse(String line) {
            String[] parts = line.strip().split("\\s{1,}", 7);
            return new Cell(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]);
        }

        boolean believed() {
            return !phase.endsWith("*");
        }

        Rollout rollout() {
            String[] parts = phase.replace("*", "").split(":");
            int percent = parts.length > 1 ? Integer.parseInt(parts[1]) : 100;
            Phase of = Phase.of(parts[0]);
            return new Rollout(of, of == Phase.REDIS_READ ? percent : 100, percent);
        }

        @Override
        public String toString() {
            return phase + " " + operation + " fails " + fails;
        }
    }

    static Stream<Cell> cells() {
        return TABLE.lines().filter(line -> !line.startsWith("#")).map(Cell::parse);
    }

    @TempDir
    Path directory;

    private final List<String> calls = new ArrayList<>();

    @ParameterizedTest
    @MethodSource("cells")
    void everyCellIsAsDesigned(Cell cell) {
        try (Bridge bridge = Bridge.openAt(directory, new TestClock(), Bridge.options(100, 1_000), cell.rollout())) {
            bridge.run(Bridge.checkout(5, "p5"));
            if (!cell.believed()) {
                bridge.redis.setEpoch(null);
                failOver(bridge);
                assertThat(bridge.standing().believed()).isFalse();
            }
            List<String> before = holders(bridge);
            plan(bridge, cell.fails());

            String caller = call(bridge, cell.operation());

            bridge.redis.faults().clear();
            bridge.files.faults().clear();
            bridge.disk.heal();
            assertThat(String.join(",", calls))
                    .as("calls")
                    .isEqualTo(cell.calls().replace("-", ""));
            assertThat(caller).as("what the caller gets").isEqualTo(cell.caller());
            assertThat(bridge.state.knownCause(KEY).orElse("-")).as("dirty").isEqualTo(cell.dirty());
            assertThat(before).isEmpty();
            if (cell.believed()) {
                assertThat(String.join(",", holders(bridge)))
                        .as("has it")
                        .isEqualTo(cell.hasIt().replace("-", ""));
            }
        }
    }

    /** A lost epoch takes the belief at the first call that meets it; reads and writes of another record. */
    private static void failOver(Bridge bridge) {
        try {
            bridge.run(new Operation.RemoveProcessedIssue(99));
            bridge.state.read(RecordKey.processedIssue(99));
        } catch (BridgeException.Unavailable expected) {
            assertThat(bridge.standing().phase()).isEqualTo(Phase.REDIS_ONLY);
        }
    }

    private static List<String> holders(Bridge bridge) {
        List<String> holders = new ArrayList<>();
        if (bridge.files.read(KEY).image() != null) {
            holders.add("files");
        }
        try {
            if (bridge.redis.read(KEY).image() != null) {
                holders.add("redis");
            }
        } catch (BridgeException.Fenced notBelieved) {
            return holders;
        }
        return holders;
    }

    private void plan(Bridge bridge, String fails) {
        Fault redisFault = switch (fails) {
            case "down" -> Fault.unavailable();
            case "landed" -> Fault.unknownAfterEffect();
            case "lost" -> Fault.unknownWithoutEffect();
            default -> Fault.NONE;
        };
        trace("redis", bridge.redis, redisFault);
        if (fails.equals("disk")) {
            bridge.disk.fail("Input/output error", step -> step.startsWith("write spare"));
        }
        trace("files", bridge.files, fails.equals("files") ? Fault.unavailable() : Fault.NONE);
    }

    private void trace(String name, MemoryStateManager store, Fault fault) {
        store.faults().always(new Fault() {
            @Override
            public void before(Call call) {
                calls.add(name + "." + call.method());
                fault.before(call);
            }

            @Override
            public void after(Call call) {
                fault.after(call);
            }
        });
    }

    private static String call(Bridge bridge, String operation) {
        try {
            return switch (operation) {
                case "write" -> bridge.run(Bridge.checkout(7, "p1")).served().label();
                case "heartbeat" ->
                    bridge.run(new Operation.Heartbeat(7, "p1")).served().label();
                case "read" -> bridge.state.read(KEY).served().label();
                case "list" ->
                    bridge.state
                            .page(StateCollection.ISSUES, null, 10)
                            .get(0)
                            .served()
                            .label();
                default -> throw new IllegalArgumentException(operation);
            };
        } catch (BridgeException.UnknownOutcome e) {
            return "unknown";
        } catch (BridgeException.Unavailable e) {
            return "unavailable";
        }
    }

    @Test
    void everyPhaseAndEveryOperationIsInTheTable() {
        List<Cell> all = cells().toList();

        assertThat(all).extracting(cell -> cell.rollout().phase()).contains(Phase.values());
        for (Phase phase : Phase.values()) {
            for (String operation : List.of("write", "read", "list")) {
                assertThat(all)
                        .anyMatch(cell -> cell.rollout().phase() == phase
                                && cell.operation().equals(operation));
            }
        }
    }

    @Test
    void aDirtyRecordTakesTheRouteWithoutRedisAndTheOthersStay() {
        Rollout all = Rollout.of(Phase.REDIS_WRITE);
        try (Bridge bridge = Bridge.openAt(directory, new TestClock(), Bridge.options(100, 1_000), all)) {
            bridge.redis.faults().nth(1, Fault.unavailable());
            assertThat(bridge.run(Bridge.checkout(7, "p1")).served().label()).isEqualTo("file");

            assertThat(bridge.state.read(KEY).served().label()).isEqualTo("file");
            assertThat(bridge.run(Bridge.checkin(7, "p1")).served().label()).isEqualTo("file");
            assertThat(bridge.run(Bridge.checkout(8, "p1")).served().label()).isEqualTo("redis");
            assertThat(bridge.state.listsFrom().label()).isEqualTo("file");

            bridge.state.keep();

            assertThat(bridge.state.read(KEY).served().label()).isEqualTo("redis");
            assertThat(bridge.state.listsFrom().label()).isEqualTo("redis");
            assertThat(bridge.differing()).isEmpty();
        }
    }

    @Test
    void aPercentPicksTheRecordsByTheirHash() {
        Rollout half = new Rollout(Phase.REDIS_READ, 50, 100);
        try (Bridge bridge = Bridge.open(directory, half)) {
            for (long issue = 1; issue <= 50; issue++) {
                RecordKey key = RecordKey.issue(issue);
                String expected = key.rolloutBucket() < 50 ? "redis" : "file";
                assertThat(bridge.state.read(key).served().label())
                        .as(key.toString())
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void aPhaseIsStoredAndReadByItsLabelAndAnUnknownOneIsAnError() {
        assertThat(Arrays.stream(Phase.values()).map(Phase::label))
                .containsExactly("file", "dual-write", "redis-read", "redis-write", "redis-only");
        assertThat(Arrays.stream(Phase.values()).map(phase -> Phase.of(phase.label())))
                .containsExactly(Phase.values());
        assertThatThrownBy(() -> Phase.of("redis"))
                .isInstanceOf(BridgeException.Invalid.class)
                .hasMessage("phase: 'redis' is none of file, dual-write, redis-read, redis-write, redis-only");
    }
}
