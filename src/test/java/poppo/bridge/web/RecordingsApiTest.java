package poppo.bridge.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.replay.FixtureReader;

/** Recordings, over HTTP. */
class RecordingsApiTest {
    private static final String RECORDINGS = "/v1/projects/default/migration/recordings";

    @TempDir
    Path out;

    @Test
    void workersCallsAreRecordedFromStartToStop() {
        try (Bridge bridge = new Bridge()) {
            bridge.call("PUT", "/v1/projects/default/processed-issues/1", null);
            var started = bridge.call("POST", RECORDINGS, "{\"name\":\"one\",\"directory\":\"" + out + "\"}");
            assertThat(started.status()).isEqualTo(201);
            assertThat(started.header("Location")).isEqualTo(RECORDINGS + "/one");
            assertThat(started.json().path("state").asText()).isEqualTo("running");

            bridge.call("PUT", "/v1/projects/default/processed-issues/2", null);
            var again = bridge.call("POST", RECORDINGS, "{\"name\":\"two\"}");
            assertThat(again.status()).isEqualTo(409);
            assertThat(again.json().path("code").asText()).isEqualTo("recording-running");
            var stopped = bridge.call("DELETE", RECORDINGS + "/one", null);
            assertThat(stopped.status()).isEqualTo(200);
            assertThat(stopped.json().path("state").asText()).isEqualTo("done");
            bridge.call("PUT", "/v1/projects/default/processed-issues/3", null);

            assertThat(bridge.get(RECORDINGS).json()).hasSize(1);
            assertThat(FixtureReader.read(out.resolve("one")).calls())
                    .filteredOn(each -> !each.call().name().equals("page"))
                    .extracting(each -> each.call().name())
                    .containsExactly("add-processed-issue");
            assertThat(out.resolve("one/before/processed-issues.json"))
                    .content()
                    .contains("1")
                    .doesNotContain("2");
        }
    }

    @Test
    void whatIsWrongIsSaid() {
        try (Bridge bridge = new Bridge()) {
            refused(bridge, "{\"name\":\"../x\"}", 400, "invalid-request");
            refused(bridge, "{\"directory\":\"not/absolute\"}", 400, "invalid-request");
            refused(bridge, "{\"rules\":{}}", 400, "invalid-request");
            assertThat(bridge.call("DELETE", RECORDINGS + "/none", null).status())
                    .isEqualTo(404);
            assertThat(bridge.get(RECORDINGS).json()).isEmpty();
        }
    }

    private static void refused(Bridge bridge, String body, int status, String code) {
        var reply = bridge.call("POST", RECORDINGS, body);
        assertThat(reply.status()).as(body).isEqualTo(status);
        assertThat(reply.json().path("code").asText()).as(body).isEqualTo(code);
    }
}
