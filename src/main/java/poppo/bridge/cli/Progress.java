package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/**
 * Shows how far a job is: on a terminal as a bar that is redrawn, elsewhere as a line for each tenth, at most one a
 * second and at least one in half a minute. Not thread-safe.
 */
final class Progress {
    private static final int TENTH = 10;
    private static final long SHORTEST = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST = Duration.ofSeconds(30).toNanos();
    private static final int BAR = 30;

    private final Terminal terminal;
    private final Pace pace;
    private long lastNanos;
    private long lastPercent;

    Progress(Terminal terminal, Pace pace) {
        this.terminal = terminal;
        this.pace = pace;
        this.lastNanos = pace.nanos();
    }

    void show(JsonNode job) {
        if (terminal.isInteractive()) {
            terminal.redraw(bar(job));
        } else if (isDue(percent(job))) {
            lastNanos = pace.nanos();
            lastPercent = percent(job);
            terminal.line(text(job));
        }
    }

    private boolean isDue(long percent) {
        long since = pace.nanos() - lastNanos;
        return since >= LONGEST || (since >= SHORTEST && percent >= lastPercent + TENTH);
    }

    /** Takes the bar away, so that the result stands in its place. */
    void end() {
        if (terminal.isInteractive()) {
            terminal.redraw("");
        }
    }

    private String bar(JsonNode job) {
        String text = text(job);
        int room = Math.min(BAR, terminal.width() - text.length() - 4);
        if (room < TENTH) {
            return Table.wrap(text, terminal.width() - 1).get(0);
        }
        int full = (int) (percent(job) * room / 100);
        return "[" + terminal.paint(Colour.GOOD, "#".repeat(full)) + "-".repeat(room - full) + "] " + text;
    }

    /** How far a job is, in words. */
    static String text(JsonNode job) {
        long rate = job.path("ratePerSecond").longValue();
        StringBuilder text = new StringBuilder(Terminal.oneLine(job.path("kind").asText("job")))
                .append(String.format(" %3d %%  ", percent(job)))
                .append(Figures.count(job, "done"))
                .append(" of ")
                .append(Figures.count(job, "total"));
        if (rate > 0) {
            text.append("  ").append(Figures.count(rate)).append("/s  ");
            text.append(Figures.seconds(job.path("etaSeconds").longValue())).append(" left");
        }
        return text.toString();
    }

    private static long percent(JsonNode job) {
        long total = job.path("total").longValue();
        return total <= 0 ? 0 : Math.min(100, 100 * job.path("done").longValue() / total);
    }
}
