package poppo.bridge.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import poppo.bridge.cli.ReplayGrounds;
import poppo.bridge.shadow.Phase;

/**
 * Every fixture of the repository on both stores, in every phase and across their changes, one call after the other and as
 * concurrently as it was recorded. What came of it is kept in {@code target/replay}.
 */
class ReplayTest {
    private static final Path FIXTURES = Path.of("fixtures");
    private static final Path REPORTS = Path.of("target", "replay");
    private static final Map<String, FixtureOutcome> OUTCOMES = new TreeMap<>();
    private static Ground ground;
    private static Replay replay;

    @BeforeAll
    static void open() throws IOException {
        ground = ReplayGrounds.own(false);
        replay = new Replay(new Replay.Means(ground, Tempo.FLAT_OUT, FaultSchedule.NONE));
    }

    @AfterAll
    static void close() throws IOException {
        replay.close();
        ReplayGrounds.close(ground);
        Files.createDirectories(REPORTS);
        for (ReplayFormat format : ReplayFormat.values()) {
            String name = "replay."
                    + (format == ReplayFormat.JUNIT ? "xml" : format == ReplayFormat.TEXT ? "txt" : format.label());
            Files.write(
                    REPORTS.resolve(name),
                    format.render(List.copyOf(OUTCOMES.values())).getBytes(StandardCharsets.UTF_8));
        }
    }

    static List<Path> fixtures() throws IOException {
        try (Stream<Path> found = Files.list(FIXTURES)) {
            return found.filter(Files::isDirectory).sorted().toList();
        }
    }

    @TestFactory
    Stream<DynamicNode> everyFixtureComesOutAsRecorded() throws IOException {
        assertThat(fixtures()).hasSizeGreaterThanOrEqualTo(12);
        return fixtures().stream().map(ReplayTest::container);
    }

    private static DynamicNode container(Path directory) {
        Fixture fixture = FixtureReader.read(directory);
        Course across = Course.across(Math.max(1, fixture.calls().size() / 12));
        List<Course> both = List.of(Course.in(Phase.REDIS_WRITE), across);
        return DynamicContainer.dynamicContainer(
                fixture.name(),
                Stream.of(
                        test("one after the other", fixture, Course.all(across.every()), false),
                        test("as concurrently as recorded", fixture, both, true)));
    }

    /** In each phase concurrently too, the phase changing at every third call, and each over and over. */
    @TestFactory
    @Tag("nightly")
    Stream<DynamicNode> everyFixtureComesOutAsRecordedEveryTime() throws IOException {
        return fixtures().stream()
                .map(FixtureReader::read)
                .flatMap(fixture -> Stream.of(
                        test(fixture.name() + ", often changing", fixture, List.of(Course.across(3)), false),
                        DynamicContainer.dynamicContainer(
                                fixture.name() + ", ten times",
                                Stream.iterate(1, i -> i + 1)
                                        .limit(10)
                                        .map(i -> test("time " + i, fixture, Course.all(20), true)))));
    }

    private static DynamicTest test(String name, Fixture fixture, List<Course> courses, boolean concurrent) {
        return DynamicTest.dynamicTest(name, () -> check(fixture, courses, concurrent));
    }

    private static void check(Fixture fixture, List<Course> courses, boolean concurrent) throws Exception {
        FixtureOutcome outcome = replay.run(fixture, courses, concurrent);
        OUTCOMES.merge(fixture.name(), outcome, ReplayTest::both);
        assertThat(outcome.isSame())
                .as(ReplayFormat.TEXT.render(List.of(outcome)))
                .isTrue();
        assertThat(outcome.notes()).isEmpty();
    }

    private static FixtureOutcome both(FixtureOutcome one, FixtureOutcome other) {
        List<Outcome> outcomes = new ArrayList<>(one.outcomes());
        outcomes.addAll(other.outcomes());
        return new FixtureOutcome(one.fixture(), outcomes, one.notes());
    }
}
