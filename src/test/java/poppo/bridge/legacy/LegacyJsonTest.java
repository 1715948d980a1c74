package poppo.bridge.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The expected texts were printed by Node.js 20.20.2. */
class LegacyJsonTest {
    private static final List<String> FIXTURES =
            List.of("state-2025-06-19", "state-2025-06-21-odd-shapes", "state-2025-06-24");

    static Stream<Path> realFiles() throws IOException {
        Stream.Builder<Path> files = Stream.builder();
        for (String fixture : FIXTURES) {
            try (Stream<Path> directory = Files.list(Path.of("fixtures", fixture, "before"))) {
                directory.sorted().forEach(files);
            }
        }
        return files.build();
    }

    @ParameterizedTest
    @MethodSource("realFiles")
    void realFilesComeBackByteForByte(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);

        assertThat(LegacyJson.bytes(LegacyJson.parse(content))).isEqualTo(content);
    }

    @Test
    void noRealFileIsLeftOut() throws IOException {
        assertThat(realFiles()).hasSize(14);
    }

    @Test
    void integerLikeKeysComeFirstInAscendingOrder() {
        assertReprinted("""
                {"b":1,"4294967295":2,"10":3,"01":4,"-1":5,"4294967294":6,"0":7,"9":8,"":9,"1.5":10}""", """
                {
                  "0": 7,
                  "9": 8,
                  "10": 3,
                  "4294967294": 6,
                  "b": 1,
                  "4294967295": 2,
                  "01": 4,
                  "-1": 5,
                  "": 9,
                  "1.5": 10
                }""");
    }

    @Test
    void fieldThatStandsTwiceKeepsItsFirstPlaceAndItsLastValue() {
        assertReprinted("""
                {"a":{"x":1},"b":2,"a":{"y":3}}""", """
                {
                  "a": {
                    "y": 3
                  },
                  "b": 2
                }""");
    }

    @Test
    void emptyObjectsAndArraysTakeNoLine() {
        assertReprinted("{\"a\": { }, \"b\": [ ], \"c\": [[], {}]}", """
                {
                  "a": {},
                  "b": [],
                  "c": [
                    [],
                    {}
                  ]
                }""");
    }

    @Test
    void charactersAreEscapedAsInJavaScriptAndNoOthers() {
        assertReprinted(
                "\"\\u0000\\u0007\\b\\t\\n\\u000b\\f\\r\\u001F \\\"\\\\\\/ \\u007f\\u0085\\u2028\\u2029\\ufeff \\u6982 <&'>\"",
                "\"\\u0000\\u0007\\b\\t\\n\\u000b\\f\\r\\u001f \\\"\\\\/ \u007f\u0085\u2028\u2029\ufeff \u6982 <&'>\"");
    }

    @Test
    void pairedSurrogatesArePrintedAsTheyAreAndLoneOnesEscaped() {
        assertReprinted(
                "[\"\\uD83D\\uDE00\",\"\\uD83D\",\"\\uDE00\",\"\\uDE00\\uD83D\",\"\\uD83D\\uD83D\\uDE00\\uDE00\"]",
                """
                [
                  "\uD83D\uDE00",
                  "\\ud83d",
                  "\\ude00",
                  "\\ude00\\ud83d",
                  "\\ud83d\uD83D\uDE00\\ude00"
                ]""");
    }

    @ParameterizedTest
    @CsvSource({
        "-0, 0",
        "-0.0, 0",
        "0e5, 0",
        "1.0, 1",
        "1.50, 1.5",
        "100e-2, 1",
        "-12.5E1, -125",
        "1e20, 100000000000000000000",
        "1e21, 1e+21",
        "123456789012345680000, 123456789012345680000",
        "1234567890123456800000, 1.2345678901234568e+21",
        "0.000001, 0.000001",
        "0.0000001, 1e-7",
        "0.00000123, 0.00000123",
        "-1.5e-9, -1.5e-9",
        "5e-324, 5e-324",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "9007199254740991, 9007199254740991",
        "1750323843919, 1750323843919"
    })
    void numbersAreLaidOutAsInJavaScript(String text, String printed) {
        assertReprinted(text, printed);
    }

    /** JavaScript would print 9007199254740992, 0.1 and null. */
    @ParameterizedTest
    @CsvSource({
        "9007199254740993, 9007199254740993",
        "0.1000000000000000000001, 0.1000000000000000000001",
        "1e400, 1e+400"
    })
    void numbersThatJavaScriptWouldRoundSurvive(String text, String printed) {
        assertReprinted(text, printed);
    }

    @ParameterizedTest
    @CsvSource({
        "2.0E-3, 0.002",
        "2.2E-322, 2.2e-322",
        "5.684341886080802E-14, 5.684341886080802e-14",
        "2.0E23, 2e+23",
        "1.0E23, 1e+23",
        "0.1, 0.1",
        "-0.0, 0",
        "NaN, null",
        "-Infinity, null"
    })
    void doublesArePrintedShortest(double value, String printed) {
        assertThat(LegacyJson.print(DoubleNode.valueOf(value))).isEqualTo(printed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "{",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "'a'",
                "01",
                "+1",
                ".5",
                "1.",
                "NaN",
                "-",
                "1 2",
                "[1]]",
                "\"a\nb\"",
                "\"\\x41\"",
                "\ufeff{}",
                "\u00a0{}",
                "// no\n1",
                "nul",
                "{\"a\"}",
                "\"\\u12g4\"",
                "\"\\u000\u0131\"",
                "[1",
                "\"a"
            })
    void whatJavaScriptRefusesIsRefused(String text) {
        assertThatThrownBy(() -> LegacyJson.parse(text))
                .isInstanceOf(LegacyException.class)
                .hasMessageStartingWith("SyntaxError");
    }

    @Test
    void nullAndAbsentStayDifferent() {
        JsonNode value = LegacyJson.parse("{\"a\": null}");

        assertThat(value.has("a")).isTrue();
        assertThat(value.has("b")).isFalse();
        assertThat(LegacyJson.print(value)).isEqualTo("{\n  \"a\": null\n}");
    }

    private static void assertReprinted(String text, String printed) {
        assertThat(LegacyJson.print(LegacyJson.parse(text))).isEqualTo(printed);
    }
}
