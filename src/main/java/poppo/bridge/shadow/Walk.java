package poppo.bridge.shadow;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;

/**
 * A walk through both stores, which are read ahead of whoever takes what they hold. The images are those of the moment they
 * were read, without locks. For one thread; to be closed.
 */
public final class Walk implements AutoCloseable {
    /** One for each store, and one for what plain clients made. */
    private static final int READERS = 3;

    private final Crew readers = new Crew("bridge-walk", READERS);
    private final Pairs pairs;

    Walk(StateManager files, FencedStateManager redis) {
        pairs = Pairs.ahead(files, redis, readers);
    }

    /** Hands out every record of a collection that either store has, in chunks. */
    public void through(StateCollection collection, Consumer<List<Pair>> chunks) {
        through(collection, null, chunks);
    }

    /**
     * As {@link #through(StateCollection, Consumer)}.
     *
     * @param after in a collection that is {@linkplain #isByNumber walked by number}, the id to go on behind; what plain
     *     clients made in Redis is handed out last all the same, whatever its number
     */
    public void through(StateCollection collection, @Nullable String after, Consumer<List<Pair>> chunks) {
        pairs.walk(collection, after, chunks);
    }

    /** Whether a walk of it goes up by number, and can begin behind one. */
    public static boolean isByNumber(StateCollection collection) {
        return Pairs.isResumable(collection);
    }

    @Override
    public void close() {
        readers.close();
    }
}
