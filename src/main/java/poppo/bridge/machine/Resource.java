package poppo.bridge.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What comes in the jar beside a class. That it is there is the build's to see to, so its absence is an error of ours. */
public final class Resource {
    private Resource() {}

    /** @param name relative to the class's package, or absolute with a slash before it */
    public static byte[] bytes(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(
                        "the build left out " + name + ", which " + beside.getName() + " needs");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " is part of the jar and can't be read", e);
        }
    }

    /** As {@link #bytes}, of a text in UTF-8. */
    public static String text(Class<?> beside, String name) {
        return new String(bytes(beside, name), StandardCharsets.UTF_8);
    }
}
