package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever JSON a record holds comes back as it was: types, text of numbers, order, null beside absent. */
public abstract class LosslessContract extends Contract {
    private static final List<RecordKey> OBJECTS =
            List.of(RecordKey.issue(7), RecordKey.process("p"), RecordKey.runningTask("t"), RecordKey.LAST_RUN);

    static Stream<String> values() {
        return Stream.of(
                "null",
                "true",
                "false",
                "0",
                "-0",
                "12",
                "\"12\"",
                "-1",
                "1e3",
                "1E+3",
                "1.0",
                "1.50",
                "0.1",
                "-0.0",
                "1e400",
                "5e-324",
                "9007199254740991",
                "9007199254740993",
                "9223372036854775807",
                "9223372036854775808",
                "-9223372036854775809",
                "123456789012345678901234567890.123456789",
                "\"\"",
                "\" \"",
                "\"null\"",
                "\"true\"",
                "\"{}\"",
                "\"[1]\"",
                "\"1e3\"",
                "\"\\\"quoted\\\"\"",
                "\"\\\\ / \\b\\f\\n\\r\\t\"",
                "\"\\u0000\\u001f\\u007f\\u0080\"",
                "\"\u2028\u2029\ufeff\ufffd\"",
                "\"ポッポ\"",
                "\"🕊👩‍👩‍👧\"",
                "\"e\u0301é\"",
                "\"\\ud800\"",
                "\"\\udc00\\ud800x\"",
                "{}",
                "[]",
                "[[]]",
                "[{}]",
                "{\"\":{}}",
                "[null,[null],\"null\"]",
                "[1,1.0,\"1\",1e0]",
                "{\"10\":\"ten\",\"9\":\"nine\",\"b\":1,\"a\":{\"2\":2,\"1\":1,\"01\":0}}",
                "{\"a\":null,\"b\":{\"c\":null}}");
    }

    @ParameterizedTest
    @MethodSource("values")
    void aFieldOfAnyRecordKeepsItsValue(String value) {
        JsonNode image = Json.parse("{\"before\":1,\"value\":" + value + ",\"after\":\"1\"}");
        for (RecordKey key : OBJECTS) {
            keeps(key, image);
        }
    }

    @ParameterizedTest
    @MethodSource("values")
    void aPendingTaskKeepsItsValue(String value) {
        done(new Operation.AppendPendingTask(Json.parse(value)));
        done(new Operation.AppendPendingTask(Json.parse("{\"task\":" + value + "}")));

        assertSame(image(RecordKey.PENDING_TASKS), Json.parse("[" + value + ",{\"task\":" + value + "}]"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void anUnknownFieldSurvivesEveryWrite(String text) {
        JsonNode value = Json.parse(text);
        done(new Operation.UpdateStatus(7, fields(value)));
        assertSame(issue(7).get("kept"), value);

        doneAt(longAgo(), new Operation.Checkout(7, "p1", null, null, (ObjectNode)
                Json.object().set("m", value)));
        assertSame(issue(7).get("kept"), value);
        assertSame(issue(7).get("metadata").get("m"), value);

        doneAt(longAgo(), new Operation.Heartbeat(7, "p1"));
        done(new Operation.ReleaseOrphan(7));
        done(checkout(7, "p2"));
        done(new Operation.Heartbeat(7, null));
        done(update(7, "{'status':'processing','more':1}"));
        done(new Operation.Checkin(7, "p2", Issue.COMPLETED, value));

        assertSame(issue(7).get("kept"), value);
        assertSame(issue(7).get("result"), value);
    }

    private static ObjectNode fields(JsonNode value) {
        ObjectNode fields = Json.object();
        fields.put("status", "x");
        fields.set("kept", value);
        return fields;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a.b",
                "a:b",
                "$",
                "@class",
                "__proto__",
                "constructor",
                "ポッポ",
                "🕊",
                "é",
                "e\u0301",
                "0",
                "4294967294",
                "4294967295",
                "-1",
                "01",
                "1.5",
                "\u0000",
                "\u001f",
                "\"",
                "\\",
                "null",
                "type",
                "bridge",
                "status2",
                "version",
                "revision",
                "order",
                "id",
                "key",
                "\ud83d",
                "\udd4a"
            })
    void aFieldKeepsAnyName(String name) {
        for (RecordKey key : OBJECTS) {
            ObjectNode image = Json.object();
            image.set(name, Json.number(1));
            image.set(name + "x", Json.nullValue());
            keeps(key, Json.inJavaScriptOrder(image));
        }
    }

    @Test
    void fieldsKeepTheirOrder() {
        for (String text : List.of(
                "{'z':1,'a':2,'m':3,'status':'x','b':4}",
                "{'b':4,'status':'x','m':3,'a':2,'z':1}",
                "{'2':0,'10':0,'zz':1,'4294967295':1,'aa':1,'01':1}")) {
            OBJECTS.forEach(key -> keeps(key, json(text)));
        }
    }

    @Test
    void nullAndAbsentStayDifferent() {
        for (String field : List.of(
                "status", "processId", "pid", "taskType", "startTime", "lastHeartbeat", "endTime", "metadata", "x")) {
            keeps(RecordKey.issue(7), json("{'" + field + "':null}"));
            keeps(RecordKey.issue(7), json("{}"));
            keeps(RecordKey.issue(7), json("{'" + field + "':''}"));
            keeps(RecordKey.issue(7), json("{'" + field + "':'null'}"));
        }
    }

    @Test
    void aKnownFieldOfAnUnexpectedTypeIsKept() {
        keeps(
                RecordKey.issue(7),
                json("{'status':5,'processId':{'a':1},'pid':'42','taskType':true,'startTime':0,'lastHeartbeat':[],"
                        + "'endTime':1.0,'metadata':'text','result':null,'reason':12,'lastUpdated':false}"));
        keeps(RecordKey.process("p"), json("{'pid':'42','host':7,'tmuxSession':{'a':null},'lastSeen':0}"));

        assertThat(store.processing()).isEmpty();
    }

    @Test
    void aFieldMayChangeItsTypeAgainAndAgain() {
        for (String value :
                List.of("12", "'12'", "null", "'null'", "1e3", "{}", "'{}'", "[]", "''", "true", "'true'")) {
            OBJECTS.forEach(key -> keeps(key, json("{'x':" + value + "}")));
        }
        OBJECTS.forEach(key -> keeps(key, json("{'y':'x'}")));
    }

    @Test
    void aDeepValueIsKept() {
        String deep = "{\"a\":[".repeat(40) + "null" + "]}".repeat(40);

        keeps(RecordKey.issue(7), Json.parse(deep));
        keeps(RecordKey.PENDING_TASKS, Json.parse("[" + deep + "]"));
    }

    @Test
    void aMegabyteIsKept() {
        String big = "ポッポ🕊\\n".repeat(1 << 16);
        JsonNode image = Json.parse("{\"body\":\"" + big + "\",\"n\":1}");

        OBJECTS.forEach(key -> keeps(key, image));
        keeps(RecordKey.PENDING_TASKS, Json.array().add(image).add(image));
        done(update(7, "{'status':'x'}"));
        assertSame(issue(7).get("body"), image.get("body"));
    }

    @Test
    void aThousandFieldsKeepTheirOrder() {
        ObjectNode image = Json.object();
        for (int i = 0; i < 1000; i++) {
            image.set("f" + (i * 7919 % 1000), Json.number(i));
        }

        OBJECTS.forEach(key -> keeps(key, image));
    }

    @Test
    void processedCommentsKeepAnyTextInAnyOrder() {
        keeps(RecordKey.processedComments(7), json("['b','a','10','9','','ポッポ','🕊','A']"));
    }

    /** By state transfer, and read in each way. */
    private void keeps(RecordKey key, JsonNode image) {
        copy(key, image, null, 1);

        assertSame(image(key), image);
        assertSame(store.readAll(List.of(key)).get(0).image(), image);
        assertSame(store.page(key.collection(), null, 10).get(0).image(), image);
    }
}
