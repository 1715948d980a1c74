package poppo.bridge.file;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import poppo.bridge.machine.Fingerprint;

/**
 * Finds what writers that died left behind. It is only reported: a pid says nothing about a process on another host, and
 * such a file may hold the last thing somebody wrote.
 */
final class Leftovers {
    private static final Pattern WORK_IN_PROGRESS = Pattern.compile(".*\\.tmp(?:\\.(\\d{1,18})\\.\\d+)?");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final List<String> DIRECTORIES = List.of("", ".locks", ".bridge", "requests");

    private final Site site;
    private final Clock clock;

    Leftovers(Site site, Clock clock) {
        this.site = site;
        this.clock = clock;
    }

    void report() {
        for (String directory : DIRECTORIES) {
            Path path = site.directory().resolve(directory);
            try {
                for (String name : site.disk().list(path)) {
                    look(path.resolve(name));
                }
            } catch (IOException e) {
                site.notices().add("could not look for leftovers in " + directory + " (" + Reasons.of(e) + ")");
            }
        }
    }

    private void look(Path file) throws IOException {
        Matcher name = WORK_IN_PROGRESS.matcher(String.valueOf(file.getFileName()));
        if (name.matches() && !isRunning(name.group(1)) && isOld(site.disk().look(file))) {
            site.notices()
                    .add(site.directory().relativize(file)
                            + " was left behind by a writer that is gone; delete it once nobody misses its content");
        }
    }

    private static boolean isRunning(@org.jspecify.annotations.Nullable String pid) {
        return pid != null
                && ProcessHandle.of(Long.parseLong(pid))
                        .map(ProcessHandle::isAlive)
                        .orElse(false);
    }

    private boolean isOld(Fingerprint file) {
        long age = clock.millis() - TimeUnit.NANOSECONDS.toMillis(file.modified());
        return !file.isMissing() && age > MINUTE.toMillis();
    }
}
