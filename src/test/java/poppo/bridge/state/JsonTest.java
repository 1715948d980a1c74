package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expected texts are what Node's JSON.stringify prints, but for numbers, whose text is kept. */
class JsonTest {
    @Test
    void prettyPrintsAsStringifyWithTwoSpaces() {
        JsonNode value =
                Json.parse("{\"issues\":{\"7\":{\"a\":[],\"b\":{},\"c\":[1,[2,{}],{\"d\":null}]}},\"x\":\"\"}");

        assertThat(Json.pretty(value)).isEqualTo("""
                        {
                          "issues": {
                            "7": {
                              "a": [],
                              "b": {},
                              "c": [
                                1,
                                [
                                  2,
                                  {}
                                ],
                                {
                                  "d": null
                                }
                              ]
                            }
                          },
                          "x": ""
                        }""");
    }

    @Test
    void compactPrintsAsStringifyWithoutLayout() {
        assertThat(Json.compact(Json.parse(" { \"a\" : [ 1 , { } , [ ] , true , false , null ] , \"b\" : \"c\" } ")))
                .isEqualTo("{\"a\":[1,{},[],true,false,null],\"b\":\"c\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "true", "12", "\"text\"", "[]", "{}"})
    void aBareValueIsADocument(String text) {
        assertThat(Json.pretty(Json.parse(text))).isEqualTo(text);
        assertThat(Json.compact(Json.parse(text))).isEqualTo(text);
    }

    @Test
    void aValueDeepInADocumentIsLaidOutAtItsDepth() {
        StringBuilder out = new StringBuilder();

        Json.appendPretty(out, Json.parse("{\"a\":[1]}"), 2);

        assertThat(out).hasToString("{\n      \"a\": [\n        1\n      ]\n    }");
    }

    @Test
    void controlCharactersAreEscapedAsStringifyDoes() {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 0x20; c++) {
            all.append(c);
        }

        assertThat(Json.compact(Json.text(all.toString())))
                .isEqualTo(
                        "\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f"
                                + "\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c"
                                + "\\u001d\\u001e\\u001f\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "<>&'", "\u007f\u0080\u009f", "\u2028\u2029", "ポッポ", "🕊", "\ufeff", "\ufffd", "e\u0301"})
    void nothingElseIsEscaped(String text) {
        assertThat(Json.compact(Json.text(text))).isEqualTo("\"" + text + "\"");
    }

    @ParameterizedTest
    @CsvSource({
        "\\ud800,           \\ud800",
        "\\udfff,           \\udfff",
        "\\uDABCx,          \\udabcx",
        "\\udc00\\ud800,    \\udc00\\ud800",
        "\\ud83d\\ud83d\\udd4a, \\ud83d🕊",
        "\\ud83d\\udd4a\\udd4a, 🕊\\udd4a",
        "\\ud83d\\udd4a,    🕊"
    })
    void halfCharactersAreEscapedAndWholeOnesAreNot(String read, String written) {
        assertThat(Json.compact(Json.parse("\"" + read + "\""))).isEqualTo("\"" + written + "\"");
        byte[] bytes = ("{\"" + read + "\":1}").getBytes(StandardCharsets.UTF_8);
        assertThat(Json.compact(Json.parse(bytes))).isEqualTo("{\"" + written + "\":1}");
    }

    @Test
    void halfACharacterInTheTextItselfIsNotReplaced() {
        JsonNode value = Json.parse("{\"\ud83d\":\"\udd4a\"}");

        assertThat(Json.compact(value)).isEqualTo("{\"\\ud83d\":\"\\udd4a\"}");
    }

    @Test
    void halfCharactersAreFound() {
        assertThat(Json.hasUnpairedSurrogate("a\ud800")).isTrue();
        assertThat(Json.hasUnpairedSurrogate("\udc00a")).isTrue();
        assertThat(Json.hasUnpairedSurrogate("🕊 ポ")).isFalse();
        assertThat(Json.hasUnpairedSurrogate("")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "1e3",
                "1E3",
                "1e+3",
                "1E-3",
                "1.0",
                "1.50",
                "-0.0",
                "9007199254740993",
                "9223372036854775807",
                "9223372036854775808",
                "-9223372036854775808",
                "1e400",
                "1e-400",
                "123456789012345678901234567890",
                "0.1000000000000000055511151231257827"
            })
    void numbersKeepTheirText(String number) {
        JsonNode value = Json.parse(number);

        assertThat(value.isNumber()).isTrue();
        assertThat(Json.compact(value)).isEqualTo(number);
        assertThat(value).isEqualTo(Json.number(number)).hasSameHashCodeAs(Json.number(number));
        assertThat(Json.parse("[" + number + "]").toString())
                .as("by Jackson's own writer")
                .isEqualTo("[" + number + "]");
    }

    @Test
    void numbersAreEqualWhenTheirTextsAre() {
        assertThat(Json.parse("1.0")).isNotEqualTo(Json.parse("1"));
        assertThat(Json.parse("1e3")).isNotEqualTo(Json.parse("1000"));
        assertThat(Json.parse("-0")).isNotEqualTo(Json.parse("0"));
        assertThat(Json.parse("12")).isNotEqualTo(Json.parse("\"12\"")).isEqualTo(Json.number(12));
    }

    @Test
    void exactNumbersCanBeCalculatedWith() {
        assertThat(Json.parse("1e3").longValue()).isEqualTo(1000);
        assertThat(Json.parse("1e3").intValue()).isEqualTo(1000);
        assertThat(Json.parse("1.50").doubleValue()).isEqualTo(1.5);
        assertThat(Json.parse("9223372036854775808").canConvertToLong()).isFalse();
        assertThat(Json.parse("1e3").canConvertToInt()).isTrue();
        assertThat(Json.parse("-0").canConvertToExactIntegral()).isTrue();
        assertThat(Json.parse("1.5").canConvertToExactIntegral()).isFalse();
        assertThat(Json.parse("9223372036854775808").bigIntegerValue()).hasToString("9223372036854775808");
        assertThat(Json.parse("1.50").numberValue()).hasToString("1.50");
    }

    @Test
    void fieldsThatAreArrayIndexesComeFirstInAscendingOrder() {
        assertThat(
                        names(
                                "{\"b\":0,\"10\":0,\"a\":0,\"9\":0,\"01\":0,\"4294967295\":0,\"4294967294\":0,\"-1\":0,\"0\":0}"))
                .containsExactly("0", "9", "10", "4294967294", "b", "a", "01", "4294967295", "-1");
    }

    @Test
    void ofAFieldThatStandsTwiceTheLastValueCountsInTheFirstPlace() {
        assertThat(Json.compact(Json.parse("{\"a\":1,\"b\":2,\"a\":{\"x\":1,\"x\":2}}")))
                .isEqualTo("{\"a\":{\"x\":2},\"b\":2}");
    }

    @ParameterizedTest
    @CsvSource({
        "0, true",
        "7, true",
        "4294967294, true",
        "4294967295, false",
        "9999999999, false",
        "10000000000, false",
        "00, false",
        "01, false",
        "-1, false",
        "1.0, false",
        "1e3, false",
        "'', false",
        "٣, false",
        "' 1', false"
    })
    void arrayIndexesAreCanonicalNumbersBelowTheLimit(String name, boolean index) {
        assertThat(Json.isArrayIndex(name)).isEqualTo(index);
    }

    @Test
    void anObjectInOrderIsNotCopied() {
        ObjectNode object = Json.object();
        object.put("1", "").put("2", "").put("a", "");

        assertThat(Json.inJavaScriptOrder(object)).isSameAs(object);
        object.put("3", "");
        assertThat(Json.compact(Json.inJavaScriptOrder(object)))
                .isEqualTo("{\"1\":\"\",\"2\":\"\",\"3\":\"\",\"a\":\"\"}");
    }

    @Test
    void aCopyCanBeChangedWithoutTheOriginal() {
        JsonNode original = Json.parse("{\"a\":{\"b\":1},\"c\":null}");

        ObjectNode copy = Json.copy(original);
        copy.put("c", 1);

        assertThat(Json.compact(original)).isEqualTo("{\"a\":{\"b\":1},\"c\":null}");
        assertThat(copy.get("a")).isSameAs(original.get("a"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                     | 1 | 1",
                "'   '                  | 1 | 1",
                "{\"a\":1,}             | 1 | 8",
                "{\"a\":1               | 1 |",
                "[1 2]                  | 1 | 4",
                "{\"a\":[1}              | 1 |",
                "{\"a\":01}             | 1 | 7",
                "nul                    | 1 |",
                "NaN                    | 1 |",
                "{'a':1}                | 1 |",
                "{\"a\":1} x            | 1 |",
                "1 2                    | 1 |",
                "// c                   | 1 |",
                "+1                     | 1 |",
                ".5                     | 1 |",
                "\"\\x\"                | 1 |"
            })
    void whatIsNoJsonIsRefusedNamingThePlace(String text, int line, Integer column) {
        assertThatThrownBy(() -> Json.parse(text == null ? "" : text))
                .isInstanceOfSatisfying(MalformedJsonException.class, malformed -> {
                    assertThat(malformed.line()).isEqualTo(line);
                    assertThat(malformed).hasMessageNotContaining("Source");
                    if (column != null) {
                        assertThat(malformed.column()).isEqualTo(column);
                    }
                    assertThat(malformed)
                            .hasMessage("line " + malformed.line() + ", column " + malformed.column() + ": "
                                    + malformed.reason());
                });
    }

    @Test
    void thePlaceIsInTheRightLine() {
        assertThatThrownBy(() -> Json.parse("{\n  \"a\": 1,\n  \"b\": tru\n}"))
                .isInstanceOfSatisfying(
                        MalformedJsonException.class,
                        malformed -> assertThat(malformed.line()).isEqualTo(3));
    }

    @Test
    void bytesThatAreNoUtf8AreRefusedNamingThePlace() {
        assertThatThrownBy(() -> Json.parse(new byte[] {'"', (byte) 0xff, '"'}))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessage("line 1, column 2: this is not UTF-8");
        assertThatThrownBy(() -> Json.parse(new byte[] {'[', '\n', '"', 'a', (byte) 0xe3, (byte) 0x83, '"', ']'}))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessage("line 2, column 3: this is not UTF-8");
        assertThatThrownBy(() -> Json.parse("[1]".getBytes(StandardCharsets.UTF_16)))
                .isInstanceOf(MalformedJsonException.class);
    }

    @Test
    void aByteOrderMarkIsSkipped() {
        assertThat(Json.parse("\ufeff[1]".getBytes(StandardCharsets.UTF_8))).isEqualTo(Json.parse("[1]"));
    }

    @Test
    void aRequestWithAFieldTwiceIsRefused() {
        assertThatThrownBy(() -> request("{\"a\":1,\"b\":{\"c\":1,\"c\":1}}"))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessageContaining("'c'");
        assertThatThrownBy(() -> request("{\"a\":1,\"\\u0061\":1}")).isInstanceOf(MalformedJsonException.class);
        assertThat(request("{\"a\":{\"a\":1}}")).isNotNull();
    }

    @Test
    void aRequestNestsSixtyFourLevelsAndNoMore() {
        assertThat(request(nested(64))).isEqualTo(Json.parse(nested(64)));
        assertThatThrownBy(() -> request(nested(65)))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessageContaining("64");
        assertThatThrownBy(() -> request("{\"a\":".repeat(65) + "1" + "}".repeat(65)))
                .isInstanceOf(MalformedJsonException.class);
    }

    @Test
    void aFileMayNestDeeper() {
        assertThat(Json.compact(Json.parse(nested(1000)))).isEqualTo(nested(1000));
        assertThatThrownBy(() -> Json.parse(nested(1001))).isInstanceOf(MalformedJsonException.class);
        assertThatThrownBy(() -> Json.parse("[".repeat(1_000_000))).isInstanceOf(MalformedJsonException.class);
    }

    @Test
    void tenMegabytesOfTextAreRead() {
        String text = "ポ".repeat(10 << 20);

        assertThat(Json.parse("\"" + text + "\"").textValue()).isEqualTo(text);
    }

    @Test
    void aFieldsNameMayBeLong() {
        String name = "n".repeat(60_000);

        assertThat(Json.parse("{\"" + name + "\":1}").has(name)).isTrue();
    }

    private static JsonNode request(String text) {
        return Json.parseRequest(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    private static List<String> names(String object) {
        List<String> names = new ArrayList<>();
        Json.parse(object).fieldNames().forEachRemaining(names::add);
        return names;
    }
}
