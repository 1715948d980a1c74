package poppo.bridge.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;
import org.slf4j.helpers.MessageFormatter;

/**
 * Keeps an outage from flooding the log: of each kind of line (logger, level and pattern) the first {@value #SHOWN} in
 * {@value #SECONDS} s are shown, the others are counted, and their number is told at the end of that time with the last of
 * them. Of at most {@value #KINDS} kinds; what is beyond them counts as one. Thread-safe.
 *
 * <p>What is still uncounted when the process ends isn't told.
 */
public class FloodFilter extends TurboFilter {
    static final int SHOWN = 5;
    static final int SECONDS = 60;
    static final int KINDS = 200;

    private static final Marker SUM = MarkerFactory.getMarker("sum");
    private static final int NAMED_BY = 60;
    private static final Kind OTHERS = new Kind("", 0, "");

    private final Map<Kind, Window> windows = new LinkedHashMap<>();

    private record Kind(String logger, int level, String pattern) {}

    /** Of one kind, from its first line on; under the filter's monitor. */
    private static final class Window {
        private int lines;
        private String pattern = "";
        private Object @Nullable [] arguments;
    }

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String pattern,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        if (pattern == null || SUM.equals(marker) || !level.isGreaterOrEqual(logger.getEffectiveLevel())) {
            return FilterReply.NEUTRAL;
        }
        return isShown(logger, level, pattern, arguments) ? FilterReply.NEUTRAL : FilterReply.DENY;
    }

    private synchronized boolean isShown(Logger logger, Level level, String pattern, Object @Nullable [] arguments) {
        Kind kind = new Kind(logger.getName(), level.levelInt, name(pattern));
        if (!windows.containsKey(kind) && windows.size() >= KINDS) {
            kind = OTHERS;
        }
        Window window = windows.get(kind);
        if (window == null) {
            Kind opened = kind;
            window = new Window();
            windows.put(opened, window);
            after(SECONDS, () -> close(opened, logger, level));
        }
        window.lines++;
        if (window.lines <= SHOWN) {
            return true;
        }
        window.pattern = pattern;
        window.arguments = arguments;
        return false;
    }

    /** Where a message comes formatted, what changes in it is a number or stands behind a colon or a quote. */
    private static String name(String pattern) {
        if (pattern.contains("{}")) {
            return pattern;
        }
        String fixed = pattern.replaceAll("[:'\"(/].*|\\d+", "").strip();
        return fixed.length() > NAMED_BY ? fixed.substring(0, NAMED_BY) : fixed;
    }

    /** Runs {@code task} so many seconds from now, on another thread. */
    void after(int seconds, Runnable task) {
        getContext().getScheduledExecutorService().schedule(task, seconds, TimeUnit.SECONDS);
    }

    private void close(Kind kind, Logger logger, Level level) {
        Window ended;
        synchronized (this) {
            ended = windows.remove(kind);
        }
        if (ended != null && ended.lines > SHOWN) {
            String last =
                    MessageFormatter.arrayFormat(ended.pattern, ended.arguments).getMessage();
            logger.log(
                    SUM,
                    FloodFilter.class.getName(),
                    Level.toLocationAwareLoggerInteger(level),
                    "\u2026 and {} more like it in {} s, the last: {}",
                    new Object[] {ended.lines - SHOWN, SECONDS, last},
                    null);
        }
    }
}
