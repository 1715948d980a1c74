package poppo.bridge.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Stamp;

/** Writes down, call by call, what a generated fixture consists of; what is answered is filled in by a replay. */
final class Script {
    static final Instant START = Instant.parse("2025-06-24T09:00:00.000Z");

    final String name;
    final SplittableRandom random;
    private final String origin;
    private final Map<String, String> before = new TreeMap<>();
    private final List<Planned> planned = new ArrayList<>();
    private final Map<String, Long> busyUntil = new LinkedHashMap<>();

    private record Planned(long begun, long took, String caller, Call call) {}

    Script(String name, long seed, String origin) {
        this.name = name;
        this.random = new SplittableRandom(seed);
        this.origin = origin;
    }

    Script file(String file, String text) {
        before.put(file, text);
        return this;
    }

    /** A time in the fixture's own reckoning. */
    static Instant time(Duration at) {
        return START.plus(at);
    }

    /** One caller's call; not before the one it made last has ended. */
    Script at(Duration at, String caller, Call call) {
        long begun = Math.max(at.toNanos() / 1000, busyUntil.getOrDefault(caller, 0L));
        long took = random.nextLong(500, 5_000);
        busyUntil.put(caller, begun + took);
        planned.add(new Planned(begun, took, caller, call));
        return this;
    }

    Script at(Duration at, String caller, Operation operation) {
        return at(at, caller, new Call.Execute(operation));
    }

    /** A call right after the one the caller made last, or a little later. */
    Script then(String caller, Call call) {
        long last = busyUntil.getOrDefault(caller, 0L);
        return at(Duration.of(last + random.nextLong(2_000), ChronoUnit.MICROS), caller, call);
    }

    Script then(String caller, Operation operation) {
        return then(caller, new Call.Execute(operation));
    }

    /** How many calls there are. */
    int size() {
        return planned.size();
    }

    /** Writes before/ (unless it has none of its own, so that what is there counts) and the calls, unanswered. */
    void write(Path directory, String readme) {
        try {
            Files.createDirectories(directory.resolve("before"));
            for (Map.Entry<String, String> file : before.entrySet()) {
                Path path = directory.resolve("before").resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.write(path, file.getValue().getBytes(StandardCharsets.UTF_8));
            }
            if (!readme.isEmpty()) {
                Files.writeString(directory.resolve("README.md"), readme);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (FixtureWriter writer = FixtureWriter.begin(new Disk(), directory, new Header(name, START, origin))) {
            planned.sort(Comparator.comparingLong(Planned::begun));
            long number = 0;
            long order = 0;
            for (Planned call : planned) {
                number++;
                boolean isOperation = call.call instanceof Call.Execute;
                Instant now = START.plus(call.begun, ChronoUnit.MICROS).truncatedTo(ChronoUnit.MILLIS);
                order = Math.max(order + 1, now.toEpochMilli() * 1000);
                Stamp stamp = isOperation ? new Stamp(now, order, nonce(number)) : null;
                writer.add(new Recorded(
                        number, call.begun, call.took, call.caller, call.call, stamp, Answers.none(), null));
            }
        }
    }

    private String nonce(long number) {
        return Long.toString(number, 36) + "-" + Long.toString(random.nextLong(36L * 36 * 36 * 36), 36);
    }

    static ObjectNode json(String text) {
        return (ObjectNode) Json.parse(text);
    }
}
