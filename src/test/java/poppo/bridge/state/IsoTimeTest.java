package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The quick ways say what the JDK's formatters say. */
final class IsoTimeTest {
    private static final DateTimeFormatter JDK =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    @Test
    void anyTimeIsPrintedAndReadAsTheJdkDoes() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            Instant time = Instant.ofEpochSecond(
                    random.nextLong(-70_000_000_000L, 300_000_000_000L), random.nextInt(999_999_999));
            String printed = IsoTime.print(time);
            assertThat(printed).isEqualTo(JDK.format(time));
            if (printed.length() == 24) {
                assertThat(IsoTime.parse(printed)).isEqualTo(Instant.parse(printed));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2025-06-24T12:00:00Z",
                "2025-06-24T12:00:00.5Z",
                "2025-06-24T12:00:00.123456789Z",
                "2025-06-24T24:00:00.000Z",
                "2016-12-31T23:59:60.000Z",
                "2024-02-29T00:00:00.000Z",
                "-0001-06-24T12:00:00.000Z",
                "+12025-06-24T12:00:00.000Z",
                "2025-06-24T12:00:00.000+02:00"
            })
    void otherFormsAreReadAsTheJdkDoes(String text) {
        assertThat(IsoTime.parse(text)).isEqualTo(Instant.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "2025-02-29T00:00:00.000Z",
                "2025-13-01T00:00:00.000Z",
                "2025-00-01T00:00:00.000Z",
                "2025-06-31T00:00:00.000Z",
                "2025-06-24T25:00:00.000Z",
                "2025-06-24T12:60:00.000Z",
                "2025-06-24T12:00:61.000Z",
                "2025-06-24T12:00:00.000z ",
                "2025-06-24 12:00:00.000Z",
                "2025-06-24T12:00:00,000Z",
                "\u0662025-06-24T12:00:00.000Z"
            })
    void whatIsNoTimeIsRefused(String text) {
        assertThatThrownBy(() -> Instant.parse(text)).isInstanceOf(DateTimeException.class);
        assertThatThrownBy(() -> IsoTime.parse(text)).isInstanceOf(DateTimeException.class);
    }
}
