package poppo.bridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.LocalStateManager;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/** All records of a project at one moment. */
final class Snapshot {
    private static final int PAGE = 1000;

    private final List<Versioned> records;
    private final Map<String, Instant> seen;

    private Snapshot(List<Versioned> records, Map<String, Instant> seen) {
        this.records = records;
        this.seen = seen;
    }

    /**
     * Reads everything. The caller sees to it that nothing changes meanwhile.
     *
     * @param most so many records at most
     * @throws BridgeException.Conflict when there are more
     */
    static Snapshot of(StateManager state, Instant now, int most) {
        List<Versioned> records = new ArrayList<>();
        for (StateCollection collection : StateCollection.values()) {
            state.forEachPage(collection, PAGE, page -> {
                records.addAll(page);
                if (records.size() > most) {
                    throw new BridgeException.Conflict(
                            "too-many-records",
                            "the project has more than " + most + " records, too many to be copied while workers wait;"
                                    + " record a smaller one");
                }
            });
        }
        Set<String> processes = new HashSet<>();
        for (Versioned record : records) {
            String process = record.process();
            if (process != null) {
                processes.add(process);
            }
        }
        return new Snapshot(records, state.lastSeenAll(processes, now));
    }

    /**
     * Writes it as a state directory, which is there as a whole or not at all.
     *
     * @param opener opens an empty directory
     * @throws SecretFound before anything is written
     */
    void write(Disk disk, Path directory, Redaction redaction, Function<Path, LocalStateManager> opener)
            throws IOException {
        List<JsonNode> images = new ArrayList<>(records.size());
        for (Versioned record : records) {
            JsonNode image =
                    redaction.redact(record.key().collection(), String.valueOf(directory.getFileName()), record);
            images.add(image);
        }
        Path unfinished = directory.resolveSibling(directory.getFileName() + ".new");
        disk.makeDirectory(unfinished);
        disk.makeDirectory(unfinished.resolve(".bridge"));
        try (LocalStateManager files = opener.apply(unfinished)) {
            for (int i = 0; i < images.size(); i++) {
                Versioned record = records.get(i);
                String process = record.process();
                Instant heard = process == null ? null : seen.get(process);
                files.stage(record.key(), images.get(i), heard, record.order());
            }
            files.flush();
        }
        removeEmptyDirectories(unfinished);
        disk.rename(unfinished, directory);
        disk.syncDirectory(Objects.requireNonNull(unfinished.getParent()));
    }

    /** Where the locks were. */
    private static void removeEmptyDirectories(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            for (Path child : children.filter(Files::isDirectory).toList()) {
                try (Stream<Path> inside = Files.list(child)) {
                    if (inside.findAny().isPresent()) {
                        continue;
                    }
                }
                Files.delete(child);
            }
        }
    }
}
