package poppo.bridge.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import poppo.bridge.state.Json;

/** The page's files: that all are there and nothing else is needed, how they are served, and their words. */
class PageTest {
    private static final Path DIRECTORY = Path.of("src/main/resources/poppo/bridge/web");

    /** Keys that the scripts put together are named by their beginning. */
    private static final Pattern KEY = Pattern.compile("\\b(?:t|name)\\(\\s*[`']([a-zA-Z][\\w.-]*)");

    private static final Pattern MARKED = Pattern.compile("data-t=\"([^\"]+)\"");
    private static final Pattern PLACE = Pattern.compile("\\{\\w+}");

    private static String text(String file) throws IOException {
        return Files.readString(DIRECTORY.resolve(file));
    }

    private static JsonNode words(String language) throws IOException {
        return Json.parse(text(language + ".json"));
    }

    private static Set<String> keys(JsonNode words) {
        Set<String> keys = new TreeSet<>();
        words.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    @Test
    void everyLanguageHasTheSameWordsWithTheSamePlaces() throws IOException {
        JsonNode english = words("en");
        JsonNode japanese = words("ja");
        assertThat(keys(japanese)).isEqualTo(keys(english));
        for (String key : keys(english)) {
            assertThat(places(japanese.path(key).asText()))
                    .as(key)
                    .isEqualTo(places(english.path(key).asText()));
            assertThat(japanese.path(key).asText()).as(key).isNotBlank();
        }
    }

    private static Set<String> places(String text) {
        return PLACE.matcher(text).results().map(found -> found.group()).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyWordThatThePageUsesIsInTheDictionaryAndEveryWordThereIsUsed() throws IOException {
        Set<String> known = keys(words("en"));
        Set<String> used = new TreeSet<>();
        Set<String> beginnings = new TreeSet<>();
        for (String file : PageFiles.NAMES) {
            if (file.startsWith("uplot") || file.endsWith(".json")) {
                continue;
            }
            Matcher matcher = (file.endsWith(".html") ? MARKED : KEY).matcher(text(file));
            while (matcher.find()) {
                boolean isWhole = file.endsWith(".html") || text(file).charAt(matcher.end()) == '\'';
                boolean isKind = text(file).substring(matcher.start()).startsWith("name(");
                (isWhole && !isKind ? used : beginnings).add(matcher.group(1));
            }
        }
        assertThat(known).containsAll(used);
        String all = PageFiles.NAMES.stream()
                .filter(file -> file.endsWith(".js") && !file.startsWith("uplot"))
                .map(PageTest::quietly)
                .collect(Collectors.joining());
        Set<String> unused = new TreeSet<>(known);
        unused.removeAll(used);
        unused.removeIf(key -> beginnings.stream().anyMatch(key::startsWith) || all.contains("'" + key + "'"));
        assertThat(unused).isEmpty();
    }

    private static String quietly(String file) {
        try {
            return text(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyFileIsServedAndEveryFileThatIsThereIsNamed() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> !name.endsWith(".txt")))
                    .containsExactlyInAnyOrderElementsOf(PageFiles.NAMES);
        }
        assertThat(text("uplot.LICENSE.txt")).contains("MIT License");
        try (Bridge bridge = new Bridge()) {
            for (String name : PageFiles.NAMES) {
                Bridge.Reply reply = bridge.get("/page/" + name);
                assertThat(reply.status()).as(name).isEqualTo(200);
                assertThat(reply.text()).as(name).isEqualTo(text(name));
                assertThat(reply.header("Content-Security-Policy")).contains("default-src 'none'", "script-src 'self'");
            }
            assertThat(bridge.get("/").text()).isEqualTo(text("index.html"));
            assertThat(bridge.get("/page/uplot.LICENSE.txt").status()).isEqualTo(404);
            assertThat(bridge.get("/page/..%2Fmigration%2Freport.css").status()).isIn(400, 404);
        }
    }

    @Test
    void theFirstLoadIsSmallAndTheNextOneIsNothing() throws Exception {
        try (Bridge bridge = new Bridge()) {
            long bytes = 0;
            for (String name : PageFiles.NAMES) {
                HttpResponse<byte[]> first = get(bridge, name, "Accept-Encoding", "gzip, deflate");
                assertThat(first.headers().firstValue("Content-Encoding")).contains("gzip");
                bytes += first.body().length;
                HttpResponse<byte[]> next = get(
                        bridge,
                        name,
                        "If-None-Match",
                        first.headers().firstValue("ETag").orElseThrow());
                assertThat(next.statusCode()).isEqualTo(304);
                assertThat(next.body()).isEmpty();
                assertThat(next.headers().firstValue("Cache-Control")).contains("no-cache");
            }
            System.out.println("the page's files, compressed: " + bytes + " bytes");
            assertThat(bytes).isLessThan(100_000);
        }
    }

    private static HttpResponse<byte[]> get(Bridge bridge, String name, String... headers) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + bridge.server.port() + "/page/" + name))
                                .headers(headers)
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
    }

    @Test
    void thePageItselfNeedsNoToken() {
        WebOptions options = WebOptions.defaults().withTokens(List.of(new Token(Role.OPERATOR, "operator-secret")));
        try (Bridge bridge = new Bridge(options)) {
            assertThat(bridge.get("/").status()).isEqualTo(200);
            assertThat(bridge.get("/page/main.js").status()).isEqualTo(200);
            assertThat(bridge.get("/v1/projects").status()).isEqualTo(401);
            assertThat(bridge.get("/v1/projects", "Authorization", "Bearer operator-secret")
                            .text())
                    .isEqualTo("[{\"name\":\"default\"}]");
        }
    }

    @Test
    void noFileNamesAnotherHost() throws IOException {
        for (String name : PageFiles.NAMES) {
            String text = new String(Files.readAllBytes(DIRECTORY.resolve(name)), StandardCharsets.UTF_8);
            assertThat(text.replace("https://github.com/leeoniya/uPlot", "").replace("http://www.w3.org/2000/svg", ""))
                    .as(name)
                    .doesNotContain("http://", "https://");
        }
    }
}
