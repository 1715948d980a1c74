package poppo.bridge.file;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records of one version of one file, read from it when they are asked for. Not thread-safe. */
interface Listing extends Closeable {
    /** As {@link poppo.bridge.state.StateManager#page}. */
    List<Record> page(@Nullable String after, int limit) throws IOException, WrongShape;

    /** Null where there is none of this id. */
    @Nullable
    Record find(String id) throws IOException, WrongShape;

    long count();

    @Override
    default void close() throws IOException {}

    /** @param order its place, where the collection has places */
    record Record(String id, com.fasterxml.jackson.databind.JsonNode image, long order) {}
}
