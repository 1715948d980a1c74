package poppo.bridge.shadow;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/** One store's pages of a collection, one after the other, the next being read while one is looked at. */
final class Paging {
    private final StateManager store;
    private final StateCollection collection;
    private final Ahead ahead;
    private final int size;
    private Supplier<List<Versioned>> coming;

    /** @param after the id to begin behind; null for the start */
    Paging(StateManager store, StateCollection collection, @Nullable String after, Ahead ahead, int size) {
        this.store = store;
        this.collection = collection;
        this.ahead = ahead;
        this.size = size;
        this.coming = ahead.begin(() -> store.page(collection, after, size));
    }

    /** The next page; one that isn't full is the last, and those after it are empty. */
    List<Versioned> next() {
        List<Versioned> page = coming.get();
        if (page.size() < size) {
            coming = List::of;
        } else {
            String last = page.get(page.size() - 1).key().id();
            coming = ahead.begin(() -> store.page(collection, last, size));
        }
        return page;
    }
}
