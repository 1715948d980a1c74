package poppo.bridge.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.Json;
import poppo.bridge.state.LabelRequest;

/**
 * The directory {@code requests/}, from which a third program takes label requests. A request is written under a name
 * that program passes over, made durable, and then renamed: it never sees half of one.
 */
final class LabelOutbox {
    private final Path directory;
    private final Disk disk;
    private final AsideNames names;

    LabelOutbox(Path directory, Disk disk, AsideNames names) {
        this.directory = directory;
        this.disk = disk;
        this.names = names;
    }

    /**
     * Writes requests aside, so that a full disk is noticed before anything else is done.
     *
     * @throws IOException having removed what it wrote
     */
    Sendable prepare(List<LabelRequest> requests) throws IOException {
        Sendable sendable = new Sendable();
        try {
            for (LabelRequest request : requests) {
                sendable.write(request);
            }
        } catch (IOException e) {
            sendable.abandon();
            throw e;
        }
        return sendable;
    }

    /** Requests written aside. Thread-safe. */
    final class Sendable {
        private final List<Path> asides = new ArrayList<>();
        private final List<Path> targets = new ArrayList<>();
        private int synced;
        private @Nullable IOException failure;

        private void write(LabelRequest request) throws IOException {
            disk.makeDirectory(directory);
            Path target = directory.resolve(request.fileName());
            Path aside = names.workInProgress(target);
            asides.add(aside);
            targets.add(target);
            byte[] text = Loaded.bytes(Json.pretty(request.content()));
            disk.create(aside, out -> out.write(text));
        }

        /** Makes what was written aside durable, or waits until that is done. A failure is for {@link #send} to tell. */
        synchronized void sync() {
            try {
                for (; synced < asides.size() && failure == null; synced++) {
                    disk.sync(asides.get(synced));
                }
            } catch (IOException e) {
                failure = e;
            }
        }

        /** Hands the requests on; returns when they are durable. */
        synchronized void send() throws IOException {
            sync();
            if (failure != null) {
                throw failure;
            }
            for (int i = 0; i < asides.size(); i++) {
                disk.rename(asides.get(i), targets.get(i));
            }
            if (!asides.isEmpty()) {
                disk.syncDirectory(directory);
            }
        }

        synchronized void abandon() {
            for (Path aside : asides) {
                try {
                    disk.delete(aside);
                } catch (IOException e) {
                    System.getLogger(FileStateManager.class.getName())
                            .log(System.Logger.Level.WARNING, "could not delete " + aside + ": " + Reasons.of(e));
                }
            }
            // So that a sync that comes late doesn't make them again.
            asides.clear();
        }
    }
}
