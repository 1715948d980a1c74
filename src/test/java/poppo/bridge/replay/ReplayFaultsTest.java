package poppo.bridge.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.cli.ReplayGrounds;
import poppo.bridge.shadow.Phase;

/** Fixtures while Redis is killed, frozen and emptied: nobody who has files notices. */
class ReplayFaultsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"heartbeat-expiry-in-outage", "rollback-in-the-middle"})
    void nobodyNoticesThatRedisIsInTrouble(String name) throws Exception {
        Path faults = Path.of("fixtures", "heartbeat-expiry-in-outage", "faults.json");
        Fixture fixture = FixtureReader.read(Path.of("fixtures", name));
        Ground ground = ReplayGrounds.own(true);
        try (Replay replay = new Replay(new Replay.Means(ground, Tempo.FLAT_OUT, FaultSchedule.read(faults)))) {
            List<Course> courses = List.of(
                    Course.in(Phase.FILE),
                    Course.in(Phase.DUAL_WRITE),
                    Course.in(Phase.REDIS_READ),
                    Course.in(Phase.REDIS_WRITE),
                    Course.in(Phase.REDIS_ONLY));
            FixtureOutcome outcome = replay.run(fixture, courses, false);
            assertThat(outcome.isSame())
                    .as(ReplayFormat.TEXT.render(List.of(outcome)))
                    .isTrue();
            assertThat(outcome.outcomes().stream().map(Outcome::failOvers))
                    .as("fail-overs, by phase: the schedule has taken effect")
                    .satisfiesExactly(
                            none -> assertThat(none).isZero(),
                            dual -> assertThat(dual).isGreaterThanOrEqualTo(2),
                            read -> assertThat(read).isGreaterThanOrEqualTo(2),
                            write -> assertThat(write).isGreaterThanOrEqualTo(2),
                            only -> assertThat(only).isZero());
            assertThat(outcome.outcomes().stream().map(Outcome::leftOut))
                    .containsExactly(
                            null, null, null, null, "without its files nothing goes on while Redis is in trouble");
        } finally {
            ReplayGrounds.close(ground);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [                                                  | :1: is no JSON (column 2): Unexpected end-of-input: expected close marker for Array
            {}                                                 | : faults: must be an array of {"at", "fault", "for"}
            {"faults": [{"at": 0, "fault": "killed"}]}         | : faults.0.at: must be a whole number from 1
            {"faults": [{"at": 1, "fault": "bored"}]}          | : faults.0.fault: 'bored' is none of killed, frozen, emptied
            {"faults": [{"at": 1, "fault": "killed", "for": 5}, {"at": 3, "fault": "frozen"}]} | : faults: one begins at 3 while that of 1 lasts; only one can at a time
            """)
    void aWrongScheduleIsNamed(String text, String said) throws IOException {
        Path file = directory.resolve("faults.json");
        Files.writeString(file, text);
        assertThatThrownBy(() -> FaultSchedule.read(file))
                .isInstanceOf(FixtureFault.class)
                .hasMessage(file + said);
    }
}
