package poppo.bridge.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class DiscardsTest {
    private final Deque<Runnable> later = new ArrayDeque<>();
    private final List<String> freed = new ArrayList<>();

    private Closeable file(String name) {
        return () -> freed.add(name);
    }

    @Test
    void aFileIsFreedByTheExecutorAndNotByTheCaller() {
        Discards discards = new Discards(later::add);
        discards.add(file("a"));
        assertThat(freed).isEmpty();
        later.remove().run();
        assertThat(freed).containsExactly("a");
    }

    @Test
    void neverMoreThanOneFileWaitsHoweverLateTheExecutorIs() {
        Discards discards = new Discards(later::add);
        discards.add(file("a"));
        discards.add(file("b"));
        discards.add(file("c"));
        assertThat(freed).containsExactly("a", "b");
        later.forEach(Runnable::run);
        assertThat(freed).containsExactly("a", "b", "c");
    }

    @Test
    void afterTheExecutorIsClosedAFileIsFreedAtOnce() {
        Discards discards = new Discards(task -> {
            throw new RejectedExecutionException();
        });
        discards.add(file("a"));
        assertThat(freed).containsExactly("a");
    }

    @Test
    void aFileThatCannotBeClosedIsNobodysFailure() {
        Discards discards = new Discards(Runnable::run);
        discards.add(() -> {
            throw new IOException("bad disk");
        });
        discards.add(file("b"));
        assertThat(freed).containsExactly("b");
    }
}
