package poppo.bridge.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import poppo.bridge.redis.RedisServerProcess;

/** Sides that are compared with each other, and the goals about them. Opened once; then its sides take turns. */
abstract class Contest implements AutoCloseable {
    private final String name;
    private final Map<String, Side> sides = new LinkedHashMap<>();
    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    Contest(String name) {
        this.name = name;
    }

    /** What {@code -Dbench=REGEX} chooses by. */
    final String name() {
        return name;
    }

    /** Sets everything up, and says by {@link #side} what is measured. */
    abstract void open() throws Exception;

    /** The rows of the table. */
    abstract List<Goal> goals();

    /** Whether no round has to be for the compiler: each is the work of new processes. */
    boolean isCold() {
        return false;
    }

    final void side(String side, Side measured) {
        sides.put(side, measured);
    }

    /**
     * Leaves a side out, since something that it needs isn't here: the rows about it say so, and are not judged.
     *
     * @param why short: it stands in the table
     */
    final void leaveOut(String side, String why) {
        leftOut.put(side, why);
    }

    final Map<String, String> leftOut() {
        return leftOut;
    }

    final Map<String, Side> sides() {
        return sides;
    }

    /** Closes it at the end, before what was kept earlier. */
    final <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    /** A state directory of so many issues, which is gone at the end. */
    final Path newDirectory(int issues) throws IOException {
        Path directory = Issues.newDirectory(issues);
        keep(() -> Issues.delete(directory));
        return directory;
    }

    /** A server of its own, which is stopped at the end. */
    final RedisServerProcess newServer() throws IOException {
        return keep(RedisServerProcess.start(newDirectory(0).resolve("redis")));
    }

    @Override
    public final void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }
}
