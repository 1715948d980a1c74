package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FloodFilterTest {
    private final LoggerContext context = new LoggerContext();
    private final ListAppender<ILoggingEvent> shown = new ListAppender<>();
    private final List<Runnable> due = new ArrayList<>();
    private final Logger log = context.getLogger("a");

    FloodFilterTest() {
        FloodFilter filter = new FloodFilter() {
            @Override
            void after(int seconds, Runnable task) {
                due.add(task);
            }
        };
        context.addTurboFilter(filter);
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(shown);
        shown.start();
    }

    private List<String> lines() {
        return shown.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private void theTimeIsOver() {
        List<Runnable> now = List.copyOf(due);
        due.clear();
        now.forEach(Runnable::run);
    }

    @Test
    void ofEachKindAFewAreShownAndTheOthersCounted() {
        for (int i = 1; i <= 417; i++) {
            log.warn("call {} failed", i);
        }
        log.warn("something else");
        assertThat(lines())
                .containsExactly(
                        "call 1 failed",
                        "call 2 failed",
                        "call 3 failed",
                        "call 4 failed",
                        "call 5 failed",
                        "something else");
        theTimeIsOver();
        assertThat(lines()).hasSize(7).endsWith("… and 412 more like it in 60 s, the last: call 417 failed");
        assertThat(shown.list.get(6).getLevel()).isEqualTo(Level.WARN);

        log.warn("call {} failed", 418);
        assertThat(lines()).endsWith("call 418 failed");
        theTimeIsOver();
        assertThat(lines()).hasSize(8);
    }

    @Test
    void whatIsNotLoggedIsNotCounted() {
        for (int i = 0; i < 10; i++) {
            log.debug("call {}", i);
        }
        assertThat(due).isEmpty();
    }

    @Test
    void aMessageThatComesFormattedIsOfAKindToo() {
        for (int i = 0; i < 10; i++) {
            log.warn("could not delete /tmp/" + i + ": no");
        }
        assertThat(lines()).hasSize(FloodFilter.SHOWN);
    }

    @Test
    void whatTellsKindsApartIsBounded() {
        for (int i = 0; i < FloodFilter.KINDS + 100; i++) {
            log.warn("word" + "x".repeat(i % 40) + (char) ('a' + i / 40) + " {}", i);
        }
        assertThat(due).hasSize(FloodFilter.KINDS + 1);
        assertThat(lines()).hasSize(FloodFilter.KINDS + FloodFilter.SHOWN);
    }
}
