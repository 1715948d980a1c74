package poppo.bridge.interleaving;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What is on the disk, and what of it would be after a power cut: of the content that was not synced some writes arrive and
 * some don't; of the names that were not synced, those up to some moment. It outlives the bridge.
 *
 * <p>Kept in memory. The bridge looks for some of its files by itself, so all but the journal's lie on the real disk too.
 */
final class Platter {
    private final Path unmirrored;
    private final SplittableRandom random;
    private final Map<Path, Content> names = new TreeMap<>();
    private final Map<Path, Content> durableNames = new TreeMap<>();
    private final List<Renaming> unsyncedNames = new ArrayList<>();

    /** @param unmirrored a directory whose files only this knows */
    Platter(Path unmirrored, SplittableRandom random) {
        this.unmirrored = unmirrored;
        this.random = random;
    }

    /** One change of a name: what it stands for from then on; null for nothing. */
    private record Renaming(Path name, Content content) {}

    private record Written(int at, byte[] bytes) {}

    /** A file, whatever it is called. */
    static final class Content {
        private byte[] now = new byte[0];
        private byte[] durable = new byte[0];
        private final List<Written> unsynced = new ArrayList<>();

        void write(int at, byte[] bytes) {
            unsynced.add(new Written(at, bytes));
            now = with(now, at, bytes);
        }

        void sync() {
            durable = now;
            unsynced.clear();
        }

        void truncate(int length) {
            now = Arrays.copyOf(now, length);
            sync();
        }

        int size() {
            return now.length;
        }

        private static byte[] with(byte[] content, int at, byte[] bytes) {
            byte[] grown = Arrays.copyOf(content, Math.max(content.length, at + bytes.length));
            System.arraycopy(bytes, 0, grown, at, bytes.length);
            return grown;
        }

        private void losePower(SplittableRandom random) {
            byte[] left = durable;
            for (Written write : unsynced) {
                int arrived = random.nextInt(3) == 0 ? random.nextInt(write.bytes.length + 1) : write.bytes.length;
                if (random.nextBoolean()) {
                    left = with(left, write.at, Arrays.copyOf(write.bytes, arrived));
                }
            }
            now = left;
            sync();
        }
    }

    Content create(Path file) throws IOException {
        if (names.containsKey(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Content content = new Content();
        name(file, content);
        return content;
    }

    Content open(Path file) throws IOException {
        Content content = names.get(file);
        if (content == null) {
            throw new NoSuchFileException(file.toString());
        }
        return content;
    }

    boolean has(Path file) {
        return names.containsKey(file);
    }

    byte[] read(Path file) throws IOException {
        return open(file).now.clone();
    }

    void rename(Path from, Path to) throws IOException {
        Content content = open(from);
        name(to, content);
        name(from, null);
    }

    void delete(Path file) {
        if (names.containsKey(file)) {
            name(file, null);
        }
    }

    private void name(Path file, Content content) {
        put(names, file, content);
        unsyncedNames.add(new Renaming(file, content));
        mirror(file);
    }

    private static void put(Map<Path, Content> into, Path file, Content content) {
        if (content == null) {
            into.remove(file);
        } else {
            into.put(file, content);
        }
    }

    /** Makes the names durable. */
    void syncNames() {
        unsyncedNames.forEach(change -> put(durableNames, change.name, change.content));
        unsyncedNames.clear();
    }

    List<String> list(Path directory) {
        return names.keySet().stream()
                .filter(file -> directory.equals(file.getParent()))
                .map(file -> file.getFileName().toString())
                .toList();
    }

    /** Puts the file where the bridge finds it without asking. */
    void mirror(Path file) {
        if (file.startsWith(unmirrored)) {
            return;
        }
        try {
            Content content = names.get(file);
            if (content == null) {
                Files.deleteIfExists(file);
            } else {
                Files.write(file, content.now);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void losePower() {
        int kept = random.nextInt(unsyncedNames.size() + 1);
        unsyncedNames.stream().limit(kept).forEach(change -> put(durableNames, change.name, change.content));
        unsyncedNames.clear();
        Map<Path, Content> before = new HashMap<>(names);
        names.clear();
        names.putAll(durableNames);
        new ArrayList<>(names.values()).stream().distinct().forEach(content -> content.losePower(random));
        before.keySet().forEach(this::mirror);
        names.keySet().forEach(this::mirror);
    }
}
