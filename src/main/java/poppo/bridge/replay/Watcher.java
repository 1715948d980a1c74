package poppo.bridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.TemporaryDirectory;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;
import poppo.bridge.state.LocalStateManager;
import poppo.bridge.state.MalformedJsonException;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/**
 * Records from outside what legacy processes do to a state directory, by comparing what its files hold one time and the
 * next. The directory is only read.
 *
 * <p>Guarantee: the recorded calls make of {@code before/} what the files held at each look. What no operation explains
 * is recorded as the foreign write that it was. What came and went between two looks is not seen. Used by one thread.
 */
public final class Watcher implements AutoCloseable {
    private final Path directory;
    private final RecordingSite site;
    private final Redaction redaction;
    private final TemporaryDirectory workshop;
    /** Holds what the watched files held at the last look, redacted. */
    private final LocalStateManager seen;
    /** Holds what the calls recorded so far have made of the beginning. */
    private final LocalStateManager made;

    private final Stamp.Source stamps;
    private final Map<String, @Nullable String> texts = new HashMap<>();
    private final Map<StateCollection, Map<RecordKey, Versioned>> records = new EnumMap<>(StateCollection.class);
    private final Recording recording;

    /**
     * Begins with what the files hold now.
     *
     * @param directory an existing state directory
     * @param wanted where to; the directory must be named
     */
    public Watcher(Path directory, Recorder.Wanted wanted, RecordingSite site) {
        this.directory = directory;
        this.site = site;
        this.redaction = wanted.redaction();
        this.stamps = new Stamp.Source(site.clock());
        Instant now = Instant.ofEpochMilli(site.clock().millis());
        String name = wanted.name() != null ? wanted.name() : "watched-" + now.toEpochMilli();
        try {
            workshop = new TemporaryDirectory("poppo-bridge-watch");
            seen = site.opener().apply(Files.createDirectory(workshop.path().resolve("seen")));
            made = site.opener().apply(Files.createDirectory(workshop.path().resolve("made")));
            for (String file : changedFiles()) {
                write(made, file, texts.get(file));
            }
            made.poll();
        } catch (IOException e) {
            throw new BridgeException.Unavailable(directory + " can't be watched: " + e, e);
        }
        for (StateCollection collection : StateCollection.values()) {
            records.put(collection, recordsOf(collection));
        }
        recording = new Recording(
                new Header(name, now, "made by watching a state directory that legacy processes wrote"),
                Recorder.place(site, wanted.directory(), name),
                Redaction.none(),
                site,
                ended -> {});
        recording.start(Snapshot.of(made, now, Integer.MAX_VALUE));
    }

    /** Takes in what has changed since the last look. */
    public void look() {
        try {
            List<String> changed = changedFiles();
            for (StateCollection collection : StateCollection.values()) {
                if (changed.contains(seen.file(collection))) {
                    explain(collection);
                }
            }
        } catch (IOException e) {
            throw new BridgeException.Unavailable(directory + " can't be read: " + e + "; check its permissions", e);
        }
    }

    /** False when the recording had to end by itself. */
    public boolean isRunning() {
        return recording.isRunning();
    }

    /** The files that hold something else than at the last look; what they hold now is taken over. */
    private List<String> changedFiles() throws IOException {
        List<String> changed = new ArrayList<>();
        for (StateCollection collection : StateCollection.values()) {
            String file = seen.file(collection);
            String text = collection == StateCollection.PROCESSES ? null : text(file);
            if (text != null && !isWhole(text)) {
                recording()
                        .ifPresent(
                                running -> running.note("for a time " + file + " was no JSON, and was not looked at"));
                continue;
            }
            String redacted = text == null ? null : redaction.redactFile(file, text);
            if (!Objects.equals(redacted, texts.get(file))) {
                texts.put(file, redacted);
                write(seen, file, redacted);
                changed.add(file);
            }
        }
        seen.poll();
        return changed;
    }

    @SuppressWarnings("NullAway") // the first look comes before there is one
    private Optional<Recording> recording() {
        return Optional.ofNullable(recording);
    }

    private @Nullable String text(String file) throws IOException {
        try {
            return new String(Files.readAllBytes(directory.resolve(file)), StandardCharsets.UTF_8);
        } catch (NoSuchFileException none) {
            return null;
        }
    }

    private static boolean isWhole(String text) {
        try {
            Json.parse(text);
            return true;
        } catch (MalformedJsonException e) {
            return false;
        }
    }

    private Path place(LocalStateManager of, String file) {
        return workshop.path().resolve(of == seen ? "seen" : "made").resolve(file);
    }

    private void write(LocalStateManager to, String file, @Nullable String text) throws IOException {
        Path place = place(to, file);
        if (text == null) {
            Files.deleteIfExists(place);
        } else {
            site.disk().replace(place, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private Map<RecordKey, Versioned> recordsOf(StateCollection collection) {
        Map<RecordKey, Versioned> found = new LinkedHashMap<>();
        seen.page(collection, null, Integer.MAX_VALUE).forEach(each -> found.put(each.key(), each));
        return found;
    }

    /** Records what explains how a file became what it is. */
    private void explain(StateCollection collection) throws IOException {
        Map<RecordKey, Versioned> before = Objects.requireNonNull(records.get(collection));
        Map<RecordKey, Versioned> after = recordsOf(collection);
        records.put(collection, after);
        Stream.concat(before.keySet().stream(), after.keySet().stream())
                .distinct()
                .filter(key -> !same(image(before.get(key)), image(after.get(key))))
                .sorted(Comparator.comparingLong(key -> order(after.get(key))))
                .forEach(key -> explain(key, image(before.get(key)), image(after.get(key))));
        made.flush();
        String file = seen.file(collection);
        String text = texts.get(file);
        if (!isMade(file, text)) {
            write(made, file, text);
            made.poll();
            add("legacy", recording.micros(), new Call.ForeignWrite(file, text), null, Answers.none());
        }
    }

    private static @Nullable JsonNode image(@Nullable Versioned record) {
        return record == null ? null : record.image();
    }

    private static long order(@Nullable Versioned record) {
        return record == null ? 0 : record.order();
    }

    /** Also in the order of its fields, which the files keep. */
    private static boolean same(@Nullable JsonNode one, @Nullable JsonNode other) {
        return one == null || other == null ? one == other : Json.compact(one).equals(Json.compact(other));
    }

    private void explain(RecordKey key, @Nullable JsonNode before, @Nullable JsonNode after) {
        for (Guess.Step step : Guess.of(key, before, after, stamps)) {
            long begun = recording.micros();
            Execution execution = made.execute(step.operation(), step.stamp());
            String caller = Optional.ofNullable(Issue.holder(after))
                    .or(() -> Optional.ofNullable(Issue.holder(before)))
                    .orElse("legacy");
            add(caller, begun, new Call.Execute(step.operation()), step.stamp(), Answers.of(execution));
        }
    }

    private void add(String caller, long begun, Call call, @Nullable Stamp stamp, ObjectNode answer) {
        recording.add(begun, caller, call, stamp, answer, null);
    }

    private boolean isMade(String file, @Nullable String text) throws IOException {
        Path place = place(made, file);
        if (text == null || !Files.exists(place)) {
            return text == null && !Files.exists(place);
        }
        return same(Json.parse(Files.readAllBytes(place)), Json.parse(text));
    }

    /** Ends the recording; all of it is on the disk then. */
    public Recording stop() throws InterruptedException {
        recording.close(made);
        recording.await();
        return recording;
    }

    /** Gives back what the watch itself needed. */
    @Override
    public void close() {
        seen.close();
        made.close();
        workshop.close();
    }
}
