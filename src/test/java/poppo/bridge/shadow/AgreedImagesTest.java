package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Served;
import poppo.bridge.state.Versioned;

class AgreedImagesTest {
    private static final RecordKey SEVEN = RecordKey.issue(7);

    @TempDir
    Path directory;

    private AgreedImages open() {
        return new AgreedImages(new Disk(), directory);
    }

    private static JsonNode image(long value) {
        return Json.object().put("status", "s" + value);
    }

    private static Moved moved(AgreedImages agreed, RecordKey key, JsonNode file, JsonNode redis) {
        return agreed.moved(new Pair(
                key, new Versioned(key, file, "f", 0, Served.FILE), new Versioned(key, redis, "r", 0, Served.REDIS)));
    }

    @Test
    void itTellsTheSidesOfManyRecordsAlsoAfterARestart() throws Exception {
        AgreedImages agreed = open();
        int records = 50_000;
        for (int i = 1; i <= records; i++) {
            agreed.note(RecordKey.issue(i), image(i));
        }
        agreed.save();
        assertThat(Files.size(directory.resolve("agreed.bin"))).isBetween(8L * records - 100, 8L * records + 100);

        AgreedImages again = open();
        int wrong = 0;
        for (int i = 1; i <= records; i++) {
            RecordKey key = RecordKey.issue(i);
            wrong += moved(again, key, image(i), image(-1)) == Moved.REDIS ? 0 : 1;
            wrong += moved(again, key, null, image(i)) == Moved.FILE ? 0 : 1;
            wrong += moved(again, key, image(-1), image(-2)) == Moved.BOTH ? 0 : 1;
        }
        assertThat(wrong).as("24 bits may take two images for one now and then").isLessThan(5);
        assertThat(moved(again, RecordKey.issue(records + 1), image(1), null)).isEqualTo(Moved.UNKNOWN);
    }

    @Test
    void recordsThatComeAndGoTakeNoRoomForGood() throws Exception {
        AgreedImages agreed = open();
        for (int i = 0; i < 50_000; i++) {
            RecordKey task = RecordKey.runningTask("t" + i);
            agreed.note(task, image(i));
            agreed.note(task, null);
        }
        agreed.note(SEVEN, image(7));
        agreed.save();
        assertThat(Files.size(directory.resolve("agreed.bin"))).isLessThan(8 * 1100);
        assertThat(moved(agreed, SEVEN, image(7), null)).isEqualTo(Moved.REDIS);
    }

    @Test
    void aDamagedFileIsLeftOut() throws Exception {
        AgreedImages agreed = open();
        agreed.note(SEVEN, image(7));
        agreed.save();
        Path file = directory.resolve("agreed.bin");
        byte[] content = Files.readAllBytes(file);
        content[10] ^= 1;
        Files.write(file, content);
        assertThat(moved(open(), SEVEN, image(7), null)).isEqualTo(Moved.UNKNOWN);
        Files.write(file, new byte[] {1, 2, 3});
        assertThat(moved(open(), SEVEN, image(7), null)).isEqualTo(Moved.UNKNOWN);
    }

    @Test
    void theOrderOfFieldsAndAHeartbeatMakeNoOtherImageAndEverythingElseDoes() {
        JsonNode one = Json.parse("{\"a\":[1,null],\"b\":{\"c\":\"1\"},\"lastHeartbeat\":\"x\"}");
        assertThat(ImageDigest.of(SEVEN, Json.parse("{\"b\":{\"c\":\"1\"},\"lastHeartbeat\":\"y\",\"a\":[1,null]}")))
                .isEqualTo(ImageDigest.of(SEVEN, one));
        for (String other : new String[] {
            "{\"a\":[null,1],\"b\":{\"c\":\"1\"}}",
            "{\"a\":[1,null],\"b\":{\"c\":1}}",
            "{\"a\":[1],\"b\":{\"c\":\"1\"}}",
            "{\"b\":[1,null],\"a\":{\"c\":\"1\"}}",
            "{}"
        }) {
            assertThat(ImageDigest.of(SEVEN, Json.parse(other))).as(other).isNotEqualTo(ImageDigest.of(SEVEN, one));
        }
    }
}
