package poppo.bridge.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/**
 * The diff reports of one project, in {@code .bridge/reports/}: the last {@value #KEPT}, through restarts, and the
 * checkpoint of one that was stopped. Thread-safe.
 */
final class Reports {
    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);
    static final int KEPT = 20;
    /** In memory only: those that gates made, and one that could not be written. */
    private static final int REMEMBERED = 3;

    private static final String SUFFIX = ".json";
    private static final String UNFINISHED = "unfinished.checkpoint";

    private final Disk disk;
    private final Path directory;
    private final Map<String, DiffReport> remembered = new LinkedHashMap<>();

    Reports(Disk disk, Path bridgeDirectory) {
        this.disk = disk;
        this.directory = bridgeDirectory.resolve("reports");
    }

    /** Holds a report in memory for a while. */
    synchronized void remember(DiffReport report) {
        remembered.put(report.id(), report);
        if (remembered.size() > REMEMBERED) {
            remembered.remove(remembered.keySet().iterator().next());
        }
    }

    /**
     * Keeps a report, and compares it with the one before. One that can't be written is held in memory for a while.
     *
     * @return the report as kept
     */
    synchronized DiffReport keep(DiffReport report) {
        List<DiffReport> known = all();
        DiffReport kept = report.with(Past.of(report, known.isEmpty() ? null : known.get(0)));
        remember(kept);
        try {
            write(file(kept.id()), kept.toJson());
            for (DiffReport old : known.subList(Math.min(known.size(), KEPT - 1), known.size())) {
                disk.delete(file(old.id()));
            }
        } catch (IOException e) {
            LOG.warn("report {} can't be written to {} ({}); it is in memory only", kept.id(), directory, e.toString());
        }
        return kept;
    }

    private void write(Path file, ObjectNode json) throws IOException {
        disk.makeDirectory(directory);
        disk.replace(file, Json.compact(json).getBytes(StandardCharsets.UTF_8));
    }

    /** Only a name that is there is opened: an id may be anybody's. */
    synchronized Optional<DiffReport> find(String id) {
        DiffReport known = remembered.get(id);
        if (known != null) {
            return Optional.of(known);
        }
        return names().stream()
                .filter(name -> name.equals(id + SUFFIX))
                .findFirst()
                .map(name -> read(directory.resolve(name)));
    }

    /** Newest first. */
    synchronized List<DiffReport> all() {
        List<DiffReport> reports = new ArrayList<>();
        for (String name : names()) {
            DiffReport report = read(directory.resolve(name));
            if (report != null) {
                reports.add(report);
            }
        }
        reports.sort(Comparator.comparing(DiffReport::time).reversed());
        return reports;
    }

    private List<String> names() {
        try {
            return disk.list(directory).stream()
                    .filter(name -> name.endsWith(SUFFIX))
                    .toList();
        } catch (IOException e) {
            throw new BridgeException.Unavailable(directory + " can't be read: " + e + "; check its permissions", e);
        }
    }

    /** Null for one that can't be understood: it may be of another version. */
    private @Nullable DiffReport read(Path file) {
        try {
            return DiffReport.of(Json.parse(disk.read(file)));
        } catch (IOException | MalformedJsonException | BridgeException.Corrupt e) {
            LOG.warn("{} is left out: {}", file, e.getMessage());
            return null;
        }
    }

    private Path file(String id) {
        return directory.resolve(id + SUFFIX);
    }

    // ---- the one that was stopped

    /** A diff that can't note where it is goes on all the same, and can't be resumed from there. */
    synchronized void note(DiffTally.Checkpoint checkpoint) {
        try {
            write(directory.resolve(UNFINISHED), checkpoint.toJson());
        } catch (IOException e) {
            LOG.warn("the checkpoint of a diff can't be written to {}: {}", directory, e.toString());
        }
    }

    synchronized void forgetUnfinished() {
        try {
            disk.delete(directory.resolve(UNFINISHED));
        } catch (IOException e) {
            LOG.warn("{} can't be removed: {}", directory.resolve(UNFINISHED), e.toString());
        }
    }

    /** Where the last diff was stopped, if it was and that is known. */
    synchronized Optional<DiffTally.Checkpoint> unfinished() {
        Path file = directory.resolve(UNFINISHED);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(DiffTally.Checkpoint.of((ObjectNode) Json.parse(disk.read(file))));
        } catch (IOException | MalformedJsonException | BridgeException.Corrupt | BridgeException.Invalid e) {
            LOG.warn("{} is left out: {}", file, e.getMessage());
            return Optional.empty();
        }
    }
}
