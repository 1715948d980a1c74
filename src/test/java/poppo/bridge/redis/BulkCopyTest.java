package poppo.bridge.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.StateCollection;

/** Copies that share calls of the script stay copies of their own. */
final class BulkCopyTest {
    private static final int COPIES = 300;

    @RegisterExtension
    final RedisExtension server = RedisExtension.any();

    private RedisStateManager store;
    private PlainClient plain;

    @BeforeEach
    void connect() {
        store = server.manager();
        plain = server.client();
    }

    private Replacement fresh(long number, String json) {
        return new Replacement(RecordKey.issue(number), Json.parse(json), store.absentVersion(), null, 0);
    }

    private List<Replacement> many() {
        List<Replacement> copies = new ArrayList<>();
        for (long number = 1; number <= COPIES; number++) {
            String status = number % 3 == 0 ? "processing\",\"processId\":\"p" + number % 7 : "completed";
            copies.add(fresh(number, "{\"status\":\"" + status + "\",\"n\":" + number + "}"));
        }
        return copies;
    }

    @Test
    void allOfThemAreThereWithTheirIndexesAndRevisions() {
        long before = store.acknowledged();
        assertThat(store.replaceAll(many())).hasSize(COPIES).containsOnly(true);

        assertThat(store.acknowledged()).isEqualTo(before + COPIES);
        assertThat(store.count(StateCollection.ISSUES)).isEqualTo(COPIES);
        assertThat(store.processing()).hasSize(COPIES / 3).allMatch(number -> number % 3 == 0);
        assertThat(store.heldBy("p3")).isNotEmpty().allMatch(number -> number % 7 == 3);
        assertThat(store.page(StateCollection.ISSUES, "100", 7))
                .extracting(record -> record.key().number())
                .containsExactly(101L, 102L, 103L, 104L, 105L, 106L, 107L);
        assertThat(store.page(StateCollection.ISSUES, null, COPIES))
                .extracting(record -> record.version())
                .doesNotHaveDuplicates();
        assertThat(store.unlisted(List.of(StateCollection.ISSUES))).isEmpty();
    }

    @Test
    void oneThatIsThereAlreadyIsLeftAloneAndTheOthersAreWritten() {
        plain.redis.hset(plain.prefix + "issue:150", "status", "newer");

        List<Boolean> written = store.replaceAll(many());

        assertThat(written.get(149)).isFalse();
        assertThat(written).filteredOn(each -> !each).hasSize(1);
        assertThat(plain.redis.hgetall(plain.prefix + "issue:150")).containsOnlyKeys("status");
        assertThat(plain.redis.sismember(plain.prefix + "processing_issues", "150"))
                .isFalse();
        assertThat(store.unlisted(List.of(StateCollection.ISSUES))).containsExactly(RecordKey.issue(150));
    }

    @Test
    void ofTwoCopiesOfOneRecordTheFirstCounts() {
        assertThat(store.replaceAll(List.of(fresh(1, "{\"n\":1}"), fresh(2, "{}"), fresh(1, "{\"n\":2}"))))
                .containsExactly(true, true, false);

        assertThat(store.read(RecordKey.issue(1)).image()).isEqualTo(Json.parse("{\"n\":1}"));
    }

    @Test
    void aSecondCopyOfAllOfThemRemovesThem() {
        store.replaceAll(many());
        List<Replacement> removals = store.page(StateCollection.ISSUES, null, COPIES).stream()
                .map(record -> new Replacement(record.key(), null, record.version(), null, 0))
                .toList();

        assertThat(store.replaceAll(removals)).containsOnly(true);

        assertThat(store.count(StateCollection.ISSUES)).isZero();
        assertThat(store.processing()).isEmpty();
        assertThat(store.heldBy("p3")).isEmpty();
        assertThat(plain.redis.exists(plain.prefix + "bridge:issues")).isZero();
    }

    @Test
    void itTakesFewCommandsForEach() {
        List<Replacement> many = many();
        store.replaceAll(many.subList(0, 1));
        var before = plain.calls();
        store.replaceAll(many.subList(1, COPIES));
        var after = plain.calls();

        long calls = after.values().stream().mapToLong(Long::longValue).sum()
                - before.values().stream().mapToLong(Long::longValue).sum();
        long hashes = after.get("hset") - before.getOrDefault("hset", 0L);
        assertThat(hashes).isBetween(COPIES - 1L, COPIES + 20L);
        assertThat(calls).isLessThan(3 * COPIES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"a\":null}",
                "{\"n\":1e400,\"m\":-0,\"k\":1.0,\"big\":123456789012345678901234567890}",
                "{\"s\":\"12\",\"t\":\"true\",\"u\":\"null\",\"v\":\"{}\",\"w\":\"\",\"\":\"\"}",
                "{\"half\":\"\\ud83d\",\"\\ude00\":\"\\ufffd\",\"nul\":\"\\u0000\"}",
                "{\"9\":1,\"10\":{\"b\":[null,{}],\"2\":[]},\"z\":false}",
                "{\"twice\":1,\"twice\":2}"
            })
    void whatJsonCanHoldComesBack(String json) {
        JsonNode image = Json.parse(json);

        assertThat(store.roundTrip(RecordKey.issue(1), image)).isEqualTo(image);
        store.replaceAll(List.of(fresh(1, json)));
        assertThat(store.read(RecordKey.issue(1)).image()).isEqualTo(image);
    }

    @Test
    void aTaskWithoutANameDoesNotComeBack() {
        assertThat(store.roundTrip(RecordKey.runningTask(""), Json.object())).isNull();
    }
}
