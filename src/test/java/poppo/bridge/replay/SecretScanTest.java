package poppo.bridge.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What looks like a secret is found and named by its place; what is none is left in peace. Taken apart so that no scanner finds them here. */
class SecretScanTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "github-token,          ghp_|a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2",
        "github-token,          github_pat_|11ABCDEFG0123456789_abcdefghijklmnopqrstuvwxyz",
        "gitlab-token,          glpat-|abcdefghij0123456789",
        "api-key,               sk-|abcdefghijklmnopqrst",
        "aws-access-key,        AKIA|ABCDEFGHIJKLMNOP",
        "google-api-key,        AIza|abcdefghijklmnopqrstuvwxyz012345678",
        "slack-token,           xoxb-|0123456789-abcdef",
        "npm-token,             npm_|abcdefghijklmnopqrstuvwxyz0123456789",
        "private-key,           -----BEGIN RSA| PRIVATE KEY-----",
        "json-web-token,        eyJ|hbGciOiJIUzI1.eyJ|zdWIiOiIxMjM0.x",
        "bearer-token,          Authorization: Bearer |abcdefgh01234567",
        "assigned-secret,       PASSWORD=|hunter22",
        "assigned-secret,       api_key: |'hunter22'",
        "url-with-credentials,  redis://u:|p@example:6379",
        "e-mail-address,        ada.l@|example.org",
        "home-directory,        see /home/|ada/x",
        "random-looking,        q8Zr2LmN0vXc7KbT5yHs|9WdF4gJp1QaEuRi3oMzB6n",
    })
    void isFound(String rule, String parts) {
        assertThat(SecretScan.look(parts.replace("|", ""))).contains(rule);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "IC_kwDOO1sEJs6vCmnK",
                "issue-98-comment-IC_kwDOO1sEJs6vCmnK",
                "4f0a3d5be2ff1c7f9d2f2f5a7d8c1b0e6a9b8c7d",
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "550e8400-e29b-41d4-a716-446655440000",
                "the password is not told here",
                "text-abcdefghij lorem ipsum dolor sit amet lorem ipsum",
                "issues/7 is held by process 'worker-12', which is alive",
                "2025-06-24T10:00:00.000Z",
            })
    void isNone(String text) {
        assertThat(SecretScan.look(text)).isEmpty();
    }

    @Test
    void theRandomLookIsNamedByFileLineAndPointer() throws IOException {
        Files.createDirectory(directory.resolve("before"));
        Files.writeString(
                directory.resolve("before/x.json"), "{\n  \"a\": 1,\n  \"b\": [\n    \"c@" + "d.org\"\n  ]\n}");
        Files.writeString(
                directory.resolve("operations.jsonl"),
                "{\"a\":1}\n{\"b\":{\"c/d\":\"c@" + "d.org\"}}\n{torn c@" + "d.org");
        Files.writeString(directory.resolve("README.md"), "one\ntwo c@" + "d.org");
        assertThat(SecretScan.scan(directory))
                .extracting(Object::toString)
                .containsExactly(
                        "README.md:2 looks like a secret (e-mail-address)",
                        "before/x.json:4 /b/0 looks like a secret (e-mail-address)",
                        "operations.jsonl:2 /b/c~1d looks like a secret (e-mail-address)",
                        "operations.jsonl:3 looks like a secret (e-mail-address)");
    }

    @Test
    void noFixtureThatIsCommittedHoldsOne() throws IOException {
        assertThat(SecretScan.scan(Path.of("fixtures"))).isEmpty();
    }
}
