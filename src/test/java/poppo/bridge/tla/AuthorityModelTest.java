package poppo.bridge.tla;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The model of authority in {@code src/test/tla}, walked through by TLC: the design keeps its promises, and loses one with
 * each safeguard that is taken away. The second half shows that the first can fail.
 */
class AuthorityModelTest {
    private static final Path MODEL = Path.of("src", "test", "tla");
    private static final String MODULE = "Authority.tla";
    private static final Pattern DISTINCT = Pattern.compile("(\\d+) distinct states found, 0 states left on queue");
    private static final Pattern SAFEGUARD = Pattern.compile("\"(\\w+)\" \\\\notin Removed");
    /** Far above what any of them takes, on a busy machine too. */
    private static final long MINUTES = 5;

    @TempDir
    Path directory;

    /** The counts are what each has, rounded down: a model that can't move would break no promise either. */
    @ParameterizedTest
    @CsvSource({
        "Authority, 90000",
        "Reads, 190000",
        "Changes, 60000",
        "TwoRecords, 28000",
        "Unordered, 100000",
        "Again, 22000",
        "Converge, 80000"
    })
    void theDesignKeepsItsPromises(String configuration, long atLeast) throws Exception {
        String output = check(Files.readString(MODEL.resolve(configuration + ".cfg")));

        assertThat(output).contains("Model checking completed. No error has been found.");
        assertThat(distinctStates(output)).isGreaterThanOrEqualTo(atLeast);
    }

    /**
     * A design without one of its safeguards.
     *
     * @param configuration the one it is taken from
     * @param faults those that the safeguard is there for; the fewer, the sooner TLC finds the way
     * @param broken the promise it breaks
     */
    record Twin(String configuration, String removed, String faults, String broken) {
        @Override
        public String toString() {
            return "without " + removed + ": " + broken;
        }
    }

    static Stream<Twin> twins() {
        return Stream.of(
                new Twin("Authority", "EpochGuard", "\"crash\", \"timeout\"", "OneHolder"),
                new Twin("Authority", "JournalBeforeAnswer", "\"crash\"", "NoAcknowledgedWriteIsLost"),
                new Twin("Authority", "FilesBeforeCheckpoint", "\"crash\"", "NoAcknowledgedWriteIsLost"),
                new Twin("Authority", "SettleBeforeFiles", "\"open\"", "NoAcknowledgedWriteIsLost"),
                new Twin("Authority", "ReplayAtStart", "\"crash\"", "NoAcknowledgedWriteIsLost"),
                new Twin("Authority", "FenceExpects", "\"open\", \"wipe\"", "NoAcknowledgedWriteIsLost"),
                new Twin("Authority", "AskWho", "\"older\"", "NoAcknowledgedWriteIsLost"),
                new Twin("Authority", "CarryBeforeBelief", "\"open\"", "OneHolder"),
                new Twin("Authority", "QuietBeforeProbe", "\"older\"", "NoAcknowledgedWriteIsLost"),
                new Twin("Authority", "DoubtBeforeConnect", "\"older\"", "OneHolder"),
                new Twin("Reads", "ReadsWait", "\"crash\"", "ReadsDontGoBack"),
                new Twin("Reads", "ReadsLookAgain", "\"crash\"", "ReadsDontGoBack"),
                new Twin("Changes", "DrainBeforeFlag", "\"crash\"", "TheWayBackWorks"),
                new Twin("Unordered", "RevisionGuard", "\"timeout\"", "NoAcknowledgedWriteIsLost"),
                new Twin("Unordered", "UnknownIsRewritten", "\"timeout\"", "NoAcknowledgedWriteIsLost"),
                new Twin("Again", "FenceIsDurable", "\"crash\", \"wipe\"", "TheyAgree"),
                new Twin("Converge", "KeeperAsks", "\"wipe\"", "TheyConverge"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("twins")
    void eachSafeguardIsNeeded(Twin twin) throws Exception {
        String configuration = Files.readString(MODEL.resolve(twin.configuration() + ".cfg"));
        boolean isLiveness = twin.broken().equals("TheyConverge");
        configuration = replace(configuration, "Removed = .*", "Removed = {\"" + twin.removed() + "\"}");
        configuration = replace(configuration, "Faults = \\{.*", "Faults = {" + twin.faults() + "}");
        if (!isLiveness) {
            configuration = replace(configuration, "INVARIANTS .*", "INVARIANT " + twin.broken());
        }

        String output = check(configuration);

        // Its message doesn't name the property, but there is only this one.
        assertThat(output)
                .contains(
                        isLiveness
                                ? "Temporal properties were violated."
                                : "Invariant " + twin.broken() + " is violated.");
    }

    @Test
    void everySafeguardHasItsTwin() throws IOException {
        List<String> safeguards = SAFEGUARD
                .matcher(Files.readString(MODEL.resolve(MODULE)))
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(twins().map(Twin::removed)).containsExactlyInAnyOrderElementsOf(safeguards);
    }

    private static String replace(String text, String line, String by) {
        Matcher matcher = Pattern.compile(line).matcher(text);
        assertThat(matcher.find()).as("a line '%s'", line).isTrue();
        return matcher.replaceFirst(Matcher.quoteReplacement(by));
    }

    private static long distinctStates(String output) {
        return DISTINCT.matcher(output)
                .results()
                .mapToLong(count -> Long.parseLong(count.group(1)))
                .max()
                .orElseThrow();
    }

    /** In a JVM of its own: TLC keeps its state in static fields, and ends with System.exit. */
    private String check(String configuration) throws IOException, InterruptedException {
        Files.copy(MODEL.resolve(MODULE), directory.resolve(MODULE));
        Files.writeString(directory.resolve("Run.cfg"), configuration);
        Path output = directory.resolve("output");
        Process tlc = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // Runs of seconds: more is saved by compiling and collecting plainly than is lost.
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx512m",
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "tlc2.TLC",
                        "-workers",
                        "2",
                        "-metadir",
                        directory.resolve("states").toString(),
                        "-config",
                        "Run.cfg",
                        MODULE)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(tlc.waitFor(MINUTES, TimeUnit.MINUTES))
                    .as("TLC ends within %s minutes", MINUTES)
                    .isTrue();
        } finally {
            tlc.destroyForcibly();
        }
        return Files.readString(output);
    }
}
