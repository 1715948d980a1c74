package poppo.bridge.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Disk;
import poppo.bridge.machine.TemporaryDirectory;
import poppo.bridge.shadow.Phase;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.LocalStateManager;
import poppo.bridge.state.StateCollection;

/**
 * Asks a fixture's calls again, of any manager in any phase, and compares every answer, and in the end the files and
 * Redis's keys.
 *
 * <p>A fixture itself is never changed but by {@link #update}. One thread at a time.
 */
public final class Replay implements AutoCloseable {
    private static final int THREADS = 8;
    private static final int MOST_TOLD = 20;
    /** Keys whose content depends on the way to a state. */
    private static final List<String> BY_THE_WAY =
            List.of("{\"key\":\"bridge:heartbeats\"", "{\"key\":\"bridge:shapes\"");

    private static final AtomicLong PROJECTS = new AtomicLong();

    private final Means means;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, Replay::daemon);

    /** What it is done with. */
    public record Means(Ground ground, Tempo tempo, FaultSchedule faults) {}

    public Replay(Means means) {
        this.means = means;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "replay");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Runs a fixture on each of the courses that it is fit for.
     *
     * @throws BridgeException.Unavailable when a store can't be reached at all
     */
    public FixtureOutcome run(Fixture fixture, List<Course> courses, boolean concurrent) throws InterruptedException {
        List<String> notes = new ArrayList<>(fixture.notes());
        Expected expected = Expected.of(fixture);
        if (expected == null) {
            notes.add("it has no " + Fixture.AFTER + "/: what the file store makes of it counts");
            expected = new Expected(played(fixture, Course.FILES).end.files(), Expected.keys(fixture.afterRedis()));
        }
        if (expected.keys() == null) {
            notes.add("it has no " + Fixture.AFTER_REDIS + ": Redis's keys are not compared");
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (Course course : courses) {
            outcomes.add(run(fixture, expected, course, concurrent));
        }
        return new FixtureOutcome(fixture, outcomes, notes);
    }

    private Outcome run(Fixture fixture, Expected expected, Course course, boolean concurrent)
            throws InterruptedException {
        String unfit = course.unfit(fixture, !means.faults().faults().isEmpty());
        if (unfit != null) {
            return Outcome.leftOut(course, concurrent, unfit);
        }
        String label = course.label() + (concurrent ? ", concurrent" : "");
        long start = System.nanoTime();
        List<Difference> found = new ArrayList<>();
        long answers = 0;
        long failOvers = 0;
        boolean comparesKeys = false;
        try {
            Played played = played(fixture, course, concurrent ? threads : null);
            answers = played.answers.size();
            failOvers = played.end.failOvers();
            found.addAll(answers(fixture, label, played.answers));
            found.addAll(files(fixture, label, course, expected, played.end.files()));
            boolean isQuiet = means.faults().faults().isEmpty() && !fixture.hasForeignWrites();
            if (isQuiet && played.end.mismatches() > 0) {
                String told = played.end.mismatches() + " mismatches between the stores";
                found.add(new Difference(label, "the bridge's own comparison", ".", "0 mismatches", told));
            }
            List<String> keys = played.end.keys();
            if (expected.keys() != null && keys != null) {
                comparesKeys = true;
                found.addAll(Content.differences(
                        label,
                        ".",
                        Map.of(Fixture.AFTER_REDIS, joined(counted(course, expected.keys()))),
                        Map.of(Fixture.AFTER_REDIS, joined(counted(course, keys)))));
            }
        } catch (BridgeException e) {
            found.add(new Difference(label, "the run", ".", "(comes to its end)", String.valueOf(e.getMessage())));
        }
        return new Outcome(
                course,
                concurrent,
                answers,
                comparesKeys,
                failOvers,
                found.stream().limit(MOST_TOLD).toList(),
                found.size(),
                System.nanoTime() - start,
                null);
    }

    /**
     * When processes were last heard of is soft: of one that holds nothing it is not carried over. And shapes are remembered
     * that some record once had.
     */
    private static List<String> counted(Course course, List<String> keys) {
        return course.carriesOver()
                ? keys.stream()
                        .filter(line -> BY_THE_WAY.stream().noneMatch(line::startsWith))
                        .toList()
                : keys;
    }

    private static String joined(List<String> lines) {
        return String.join("\n", lines);
    }

    private static List<Difference> answers(Fixture fixture, String label, Map<Integer, ObjectNode> answers) {
        List<Difference> found = new ArrayList<>();
        answers.forEach((index, actual) -> {
            Recorded call = fixture.calls().get(index);
            if (!call.answer().equals(actual)) {
                found.add(new Difference(
                        label,
                        "operation " + call.number() + ", " + call.call().name(),
                        Fixture.OPERATIONS + ":" + fixture.lines().get(index),
                        Json.compact(call.answer()),
                        Json.compact(actual)));
            }
        });
        return found;
    }

    private List<Difference> files(
            Fixture fixture, String label, Course course, Expected expected, SortedMap<String, String> actual) {
        if (course.store() == Course.Store.REDIS) {
            SortedMap<String, String> records = records(expected.files());
            records.putAll(Expected.requests(expected.files()));
            return Content.differences(label, Fixture.AFTER + " as records", records, actual);
        }
        List<Difference> found = Content.differences(label, Fixture.AFTER, expected.files(), actual);
        if (found.isEmpty() || !course.mayHaveAuthorityInRedis()) {
            return found;
        }
        // A copied file may have another form: an odd shape that nobody rewrote, no file for no records, other last
        // signs of life. What it means must be the same.
        SortedMap<String, String> right = records(expected.files());
        SortedMap<String, String> seen = records(actual);
        return found.stream()
                .filter(difference -> !isSameInMeaning(difference, right, seen))
                .toList();
    }

    private static boolean isSameInMeaning(
            Difference difference, SortedMap<String, String> right, SortedMap<String, String> seen) {
        return right.keySet().stream()
                .filter(collection -> difference.place().contains("/" + file(collection) + ".json"))
                .anyMatch(collection -> Objects.equals(right.get(collection), seen.get(collection)));
    }

    private static String file(String collection) {
        return collection.equals(StateCollection.ISSUES.label()) ? "issue-status" : collection;
    }

    /** What files hold, collection by collection. */
    private SortedMap<String, String> records(SortedMap<String, String> content) {
        try (TemporaryDirectory directory = temporary()) {
            SortedMap<String, String> recordsOnly = new TreeMap<>(content);
            recordsOnly.keySet().removeIf(name -> name.startsWith("requests/"));
            write(new TemporaryDisk(), directory.path(), recordsOnly);
            try (LocalStateManager files =
                    means.ground().openFiles(directory.path(), new ReplayClock(), new TemporaryDisk())) {
                return new TreeMap<>(Expected.records(files));
            }
        }
    }

    // ---- new expectations

    /**
     * Makes what happens now the fixture's expectation: the answers and files of the file store, the keys of the Redis
     * store.
     *
     * @return the fixture as it is now
     */
    public Fixture update(Fixture fixture) throws InterruptedException {
        Played onFiles = played(fixture, Course.FILES);
        boolean isFit = Course.REDIS.unfit(fixture, false) == null;
        List<String> keys = played(fixture, isFit ? Course.REDIS : Course.in(Phase.DUAL_WRITE))
                .end
                .keys();
        List<Recorded> calls = new ArrayList<>(fixture.calls());
        onFiles.answers.forEach(
                (index, answer) -> calls.set(index, calls.get(index).answered(answer)));
        Fixture updated = fixture.with(calls);
        Disk disk = new Disk();
        try {
            if (!calls.isEmpty()) {
                FixtureWriter.replace(disk, updated);
            }
            Files.createDirectories(fixture.after());
            removeOthers(fixture.after(), onFiles.end.files());
            write(disk, fixture.after(), onFiles.end.files());
            if (keys != null) {
                byte[] lines = (joined(keys) + "\n").getBytes(StandardCharsets.UTF_8);
                disk.replace(fixture.afterRedis(), lines);
            }
        } catch (IOException e) {
            throw new BridgeException.Unavailable(
                    fixture.directory() + " can't be written: " + e + "; check its permissions", e);
        }
        return FixtureReader.read(fixture.directory());
    }

    private static void removeOthers(Path directory, SortedMap<String, String> files) throws IOException {
        for (String name : Content.of(directory).keySet()) {
            if (!files.containsKey(name)) {
                Files.delete(directory.resolve(name));
            }
        }
    }

    private static void write(Disk disk, Path directory, SortedMap<String, String> files) {
        files.forEach((name, text) -> {
            Path file = directory.resolve(name);
            try {
                Files.createDirectories(file.getParent());
                disk.replace(file, text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new BridgeException.Unavailable(file + " can't be written: " + e + "; check its permissions", e);
            }
        });
    }

    // ---- one run

    private record Played(Map<Integer, ObjectNode> answers, Run.End end) {}

    private Played played(Fixture fixture, Course course) throws InterruptedException {
        return played(fixture, course, null);
    }

    private Played played(Fixture fixture, Course course, @Nullable ExecutorService beside)
            throws InterruptedException {
        String project = "replay-" + ProcessHandle.current().pid() + "-" + PROJECTS.incrementAndGet();
        try (TemporaryDirectory directory = temporary();
                Run run = new Run(fixture, course, means, directory.path(), project)) {
            run.play(beside);
            return new Played(run.answers(), run.end());
        }
    }

    private static TemporaryDirectory temporary() {
        try {
            return new TemporaryDirectory("poppo-bridge-replay");
        } catch (IOException e) {
            throw new BridgeException.Unavailable("there is no place for a temporary directory: " + e, e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
