package poppo.bridge.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** How much is logged by commands that don't serve. */
final class Logs {
    private Logs() {}

    /** The story that a server tells in its log would hide a command's few lines. */
    static void quiet() {
        if (System.getenv("POPPO_LOG_LEVEL") == null) {
            level("poppo.bridge", Level.WARN);
        }
    }

    /** Of the file store only what fails: for who compares what it makes of the files. */
    static void quietFiles() {
        level("poppo.bridge.file", Level.ERROR);
    }

    private static void level(String name, Level level) {
        if (LoggerFactory.getLogger(name) instanceof Logger logger) {
            logger.setLevel(level);
        }
    }
}
