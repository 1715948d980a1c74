package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LoggingPreferences;
import poppo.bridge.state.Json;

/**
 * Debian's Chromium on the operator's page, as a person uses it: by what stands on the screen. Where it isn't installed the
 * test is skipped, saying so.
 */
final class Browser implements AutoCloseable {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String AXE = read("/axe.min.js");

    private final ChromeDriver driver;
    private final URI home;
    private final List<JsonNode> network = new ArrayList<>();

    /** @param profile an empty directory for what Chromium writes */
    Browser(String url, Path profile) {
        assumeTrue(
                Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
                "Debian's chromium and chromium-driver are not installed");
        home = URI.create(url);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--lang=en",
                "--hide-scrollbars",
                "--user-data-dir=" + profile);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable("browser", Level.ALL);
        logs.enable("performance", Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .usingAnyFreePort()
                        .build(),
                options);
    }

    private static String read(String resource) {
        try (InputStream script = Browser.class.getResourceAsStream(resource)) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void open(String path) {
        driver.get(home.resolve(path).toString());
    }

    /** Waits until what is found holds; an element that is replaced meanwhile is looked for again. */
    void await(String what, BooleanSupplier holds) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!tried(holds)) {
            assertThat(System.nanoTime())
                    .as("%s did not come; the page: %s", what, text("body"))
                    .isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(40).toNanos());
        }
    }

    private static boolean tried(BooleanSupplier holds) {
        try {
            return holds.getAsBoolean();
        } catch (StaleElementReferenceException replaced) {
            return false;
        }
    }

    /** Waits until the element shows the text. */
    void awaitText(String selector, String text) {
        await(selector + " with '" + text + "'", () -> text(selector).contains(text));
    }

    void awaitGone(String selector) {
        await(selector + " gone", () -> all(selector).isEmpty());
    }

    /** What can be seen of the first such element; empty where there is none. */
    String text(String selector) {
        return all(selector).stream().findFirst().map(WebElement::getText).orElse("");
    }

    List<WebElement> all(String selector) {
        return driver.findElements(By.cssSelector(selector));
    }

    /** Clicks when it is there and enabled. */
    void click(String selector) {
        await("a click on " + selector, () -> {
            List<WebElement> found = all(selector);
            boolean isReady = !found.isEmpty()
                    && found.get(0).isDisplayed()
                    && found.get(0).isEnabled();
            if (isReady) {
                // To the middle: else it may come to lie under the page's head.
                driver.executeScript("arguments[0].scrollIntoView({block: 'center'})", found.get(0));
                found.get(0).click();
            }
            return isReady;
        });
    }

    void type(String selector, String text) {
        await(selector, () -> !all(selector).isEmpty());
        all(selector).get(0).sendKeys(text);
    }

    void choose(String selector, String value) {
        click(selector + " option[value='" + value + "']");
    }

    Object script(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    // ---- what nobody may find

    /** What axe-core has against the page as it is now. */
    List<String> barriers() {
        driver.executeScript(AXE);
        String found = (String)
                driver.executeAsyncScript(
                        "const done = arguments[arguments.length - 1];"
                                + "axe.run().then((all) => done(JSON.stringify(all.violations.map("
                                + "(each) => each.id + ': ' + each.nodes.map((node) => node.html + ' ' + node.failureSummary).join('; ')))));");
        List<String> barriers = new ArrayList<>();
        Json.parse(found).forEach(each -> barriers.add(each.asText()));
        return barriers;
    }

    /** Errors and warnings on the console since this was last asked. */
    List<String> complaints() {
        return driver.manage().logs().get("browser").getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    /** All addresses asked for so far. */
    List<String> requests() {
        return network("Network.requestWillBeSent")
                .map(message -> message.at("/params/request/url").asText())
                .toList();
    }

    /** What came over the wire so far in the bridge's answers that have ended, in bytes. */
    long bytesReceived() {
        Set<String> ours = network("Network.requestWillBeSent")
                .filter(message -> message.at("/params/request/url").asText().startsWith(home.toString()))
                .map(message -> message.at("/params/requestId").asText())
                .collect(Collectors.toSet());
        return network("Network.loadingFinished")
                .filter(message -> ours.contains(message.at("/params/requestId").asText()))
                .mapToLong(message -> message.at("/params/encodedDataLength").asLong())
                .sum();
    }

    private Stream<JsonNode> network(String method) {
        driver.manage()
                .logs()
                .get("performance")
                .forEach(entry -> network.add(Json.parse(entry.getMessage()).path("message")));
        return network.stream()
                .filter(message -> message.path("method").asText().equals(method));
    }

    /** Addresses of other hosts among them; pages of data and blobs have none. */
    List<String> strangers() {
        return requests().stream()
                .filter(url -> url.startsWith("http") || url.startsWith("ws"))
                .filter(url -> !url.startsWith(home.toString()))
                .toList();
    }

    // ---- how it looks

    /** Shows the page as on a screen of this width, in one of both themes. */
    void look(String theme, int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** Takes a picture: of the whole page, or of what is on the screen. */
    void picture(Path png, boolean isWhole) throws IOException {
        Files.createDirectories(png.getParent());
        Files.write(png, taken(Map.of("captureBeyondViewport", isWhole)));
    }

    /** Takes a picture for the README: of the open dialog, else of what is on the screen. */
    void smallPicture(Path png) throws IOException {
        Map<?, ?> box = (Map<?, ?>) driver.executeScript("const dialog = document.querySelector('dialog');"
                + "const { x, y, width, height } = dialog ? dialog.getBoundingClientRect()"
                + " : { x: 0, y: 0, width: innerWidth, height: innerHeight };"
                + "return { x: x + scrollX, y: y + scrollY, width, height, scale: 1 };");
        Files.createDirectories(png.getParent());
        Files.write(png, Palette.reduce(taken(Map.of("clip", box))));
    }

    private byte[] taken(Map<String, Object> how) {
        return Base64.getDecoder().decode((String)
                driver.executeCdpCommand("Page.captureScreenshot", how).get("data"));
    }

    /** What makes the page wider than the screen: the elements that reach over its edge; none where it isn't wider. */
    Object overflowing() {
        return driver.executeScript("const width = document.documentElement.clientWidth;"
                + "if (document.documentElement.scrollWidth <= width) return [];"
                + "return [...document.querySelectorAll('body *')]"
                + ".filter((each) => each.getBoundingClientRect().right > width)"
                + ".map((each) => each.cloneNode().outerHTML)");
    }

    @Override
    public void close() {
        driver.quit();
    }
}
