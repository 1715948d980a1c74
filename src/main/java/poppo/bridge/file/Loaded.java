package poppo.bridge.file;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A file as it was read.
 *
 * @param entries by id, in the order of the file; their versions and orders are yet to be given
 * @param frame what stands around them
 * @param notices what is odd about it, for people
 */
record Loaded(Map<String, Entry> entries, Frame frame, List<String> notices) {
    Collection<Entry> list() {
        return entries.values();
    }

    /**
     * What stands around a file's entries.
     *
     * @param empty the whole text when there are none
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
    record Frame(byte[] head, byte[] separator, byte[] tail, byte[] empty) {
        static Frame of(String head, String separator, String tail, String empty) {
            return new Frame(bytes(head), bytes(separator), bytes(tail), bytes(empty));
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
