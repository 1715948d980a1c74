package poppo.bridge.file;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What an operator should know about a directory: the newest ones, each once. Thread-safe. */
final class Notices {
    private static final System.Logger LOG = System.getLogger(FileStateManager.class.getName());
    private static final int KEPT = 1000;

    private final Set<String> notices = new LinkedHashSet<>();

    synchronized void add(String notice) {
        if (!notices.add(notice)) {
            return;
        }
        if (notices.size() > KEPT) {
            notices.remove(notices.iterator().next());
        }
        LOG.log(System.Logger.Level.WARNING, notice);
    }

    synchronized List<String> all() {
        return List.copyOf(notices);
    }
}
