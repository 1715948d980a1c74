package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.redis.RedisServerProcess;

/** The operator's page, by clicking, while workers work. */
@Timeout(120)
class OperatorPageTest {
    private static final Path PICTURES = Path.of("target", "page");

    @TempDir
    Path home;

    private RedisServerProcess redis;
    private EndToEndServe serve;
    private Browser browser;
    private Worker worker;
    private Path state;

    /** Writes one issue after the other, and knows what it was told is done. */
    private final class Worker extends Thread {
        final Map<Integer, String> acknowledged = new ConcurrentHashMap<>();
        private volatile boolean isDone;

        @Override
        public void run() {
            for (int round = 0; !isDone; round++) {
                int issue = 1000 + round % 50;
                String status = "round-" + round;
                try {
                    if (serve.call("PATCH", "issues/" + issue, "{\"status\":\"" + status + "\"}")
                                    .status()
                            == 200) {
                        acknowledged.put(issue, status);
                    }
                } catch (IOException | InterruptedException e) {
                    return;
                }
                LockSupport.parkNanos(15_000_000);
            }
        }

        void finish() throws InterruptedException {
            isDone = true;
            join();
        }
    }

    @BeforeEach
    void startRedis() throws IOException {
        redis = RedisServerProcess.start(home.resolve("redis"));
        state = EndToEndServe.copyOf("state-2025-06-24", home.resolve("state"));
    }

    private void open(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--redis-uri", redis.uri()));
        arguments.addAll(List.of(more));
        serve = EndToEndServe.start(state, arguments.toArray(String[]::new));
        browse();
    }

    private void browse() {
        browser = new Browser(serve.url(), home.resolve("profile"));
        browser.look("light", 1280, 900);
        browser.open("/");
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (worker != null) {
            worker.finish();
        }
        if (browser != null) {
            browser.close();
        }
        if (serve != null) {
            serve.close();
        }
        redis.close();
    }

    private void awaitPhase(String phase) {
        browser.awaitText("#track [aria-current=step] strong", phase);
    }

    /** Judges until the gates pass, then moves. */
    private void moveTo(String phase) {
        browser.click("#move");
        browser.choose("#target", phase);
        browser.click("#judge");
        browser.await("gates that pass on the way to " + phase, () -> {
            String judgement = browser.text("#judgement");
            if (judgement.startsWith("Not yet")) {
                browser.click("#judge");
                browser.await(
                        "another judgement",
                        () -> browser.all("dialog[aria-busy]").isEmpty());
            }
            return judgement.startsWith("All gates pass");
        });
        browser.click("#go");
        browser.awaitGone("dialog");
        awaitPhase(phase);
    }

    private void assertEverybodyCanUseIt(String when) {
        assertThat(browser.barriers()).as(when).isEmpty();
    }

    private void pictures(String name) throws IOException {
        for (String theme : new String[] {"light", "dark"}) {
            picture(name, theme, "desktop", 1280, 900);
            picture(name, theme, "phone", 390, 844);
        }
        browser.look("light", 1280, 900);
    }

    private void picture(String name, String theme, String device, int width, int height) throws IOException {
        browser.look(theme, width, height);
        browser.script("scrollTo(0, 0)");
        browser.script("return new Promise((done) => requestAnimationFrame(() => setTimeout(done, 400)))");
        assertThat(browser.overflowing())
                .as("%s on the %s", name, device)
                .asList()
                .isEmpty();
        assertEverybodyCanUseIt(name + ", " + theme + ", " + device);
        boolean isWhole = !name.startsWith("dialog") && !name.startsWith("readme");
        browser.picture(PICTURES.resolve(name + "-" + theme + "-" + device + ".png"), isWhole);
    }

    /** Nothing on the console and nothing from elsewhere; and both would have been seen. */
    private void assertNobodyComplains() {
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.strangers()).isEmpty();
        assertThat(browser.requests()).anyMatch(url -> url.endsWith("/page/main.js"));
        browser.script("setTimeout(() => { throw new Error('planted') }); console.error('said')");
        browser.script("return fetch('http://127.0.0.1:9/').catch(() => 'refused')");
        assertThat(browser.complaints().toString()).contains("planted", "said", "Content Security Policy");
    }

    @Test
    void aWholeMigrationIsDoneByClickingWithAnOutageInTheMiddleAndARollback() throws Exception {
        open();
        worker = new Worker();
        worker.start();
        awaitPhase("file");
        browser.awaitText("#connection", "live");
        browser.await("the charts", () -> !browser.all("#charts canvas").isEmpty());
        assertThat(browser.bytesReceived()).isBetween(20_000L, 300_000L);

        browser.click("#move");
        browser.click("#judge");
        browser.awaitText("#judgement", "Not yet");
        assertThat(browser.text("dialog tr.bad")).contains("backfill", "not complete");
        pictures("dialog-gates");
        browser.click("dialog .actions button:last-child");
        browser.awaitGone("dialog");

        browser.click("#backfill");
        browser.click("#confirm");
        browser.awaitText("#journal", "backfill");
        moveTo("dual-write");
        browser.click("#diff");
        browser.awaitText("#diffs", "consistent");
        moveTo("redis-read");
        moveTo("redis-write");
        browser.awaitText("#facts", "Redis");
        browser.click("#orphans button");
        browser.click("#confirm");
        browser.awaitText("#said", "is free");
        pictures("redis-write");

        redis.kill();
        browser.awaitText("#alert", "Next try");
        browser.awaitText("#meaning", "Authority now: files");
        pictures("outage");
        picture("readme", "dark", "phone", 390, 780);
        browser.look("light", 1280, 900);
        redis.restart();
        browser.await("the end of the outage", () -> browser.text("#alert").isEmpty());
        browser.awaitText("#meaning", "Authority now: Redis");

        browser.click("#diff");
        browser.await("a second report", () -> browser.all("#diffs tbody tr").size() >= 2);
        browser.click("#diffs tbody tr button");
        browser.awaitText("dialog", "Missing in Redis");
        assertEverybodyCanUseIt("a report");
        browser.click("#close");

        browser.click("#rollback");
        browser.awaitText("dialog", "No acknowledged write is lost");
        pictures("dialog-rollback");
        browser.click("dialog .actions button:last-child");
        browser.awaitGone("dialog");
        picture("readme", "light", "desktop", 1000, 720);
        browser.click("#rollback");
        browser.type("#reason", "the end of the test");
        browser.click("#confirm");
        awaitPhase("file");
        browser.awaitText("#journal", "the end of the test");
        assertThat(browser.all("#rollback").get(0).isEnabled()).isFalse();

        worker.finish();
        JsonNode issues = EndToEndServe.json(state, "issue-status.json");
        worker.acknowledged.forEach((issue, status) -> assertThat(issues.path("issues")
                        .path(issue.toString())
                        .path("status")
                        .asText())
                .as("issue %s", issue)
                .isEqualTo(status));
        assertThat(worker.acknowledged).hasSize(50);
        assertNobodyComplains();
    }

    @Test
    @Tag("nightly")
    void aPlanIsFollowedAndSteeredInJapanese() throws Exception {
        open();
        serve.done(
                "POST",
                "migration/plan",
                "{'format':1,'name':'evening','stages':[{'name':'prepare','phase':'file','jobs':['backfill']},"
                        + "{'name':'both','phase':'dual-write','approval':'required','hold':'1h'}]}");
        awaitPhase("file");
        browser.choose("#language", "ja");
        browser.awaitText("#plan-title", "移行計画");
        browser.awaitText("#plan", "承認待ち");
        browser.click("#plan-approve");
        browser.awaitText("dialog", "次の段階");
        assertEverybodyCanUseIt("a dialog in Japanese");
        browser.click("#confirm");
        awaitPhase("dual-write");
        browser.awaitText("#plan", "維持中");
        browser.click("#plan-pause");
        browser.click("#confirm");
        browser.awaitText("#plan", "一時停止中");
        assertEverybodyCanUseIt("a plan in Japanese");
        browser.click("#plan-resume");
        browser.click("#confirm");
        browser.awaitText("#plan", "実行中");
        browser.open("/");
        browser.awaitText("#plan-title", "移行計画");
        assertNobodyComplains();
    }

    @Test
    void aTokenIsAskedForUntilItIsTheRightOne() throws Exception {
        Path token = Files.writeString(home.resolve("token"), "operators-long-secret");
        Path configuration =
                Files.writeString(home.resolve("bridge.yml"), "bridge.security.tokens.operator.file: " + token + "\n");
        open("--config", configuration.toString());
        browser.type("#token", "wrong");
        browser.click("dialog .primary");
        browser.awaitText("dialog [role=alert]", "Authorization");
        assertEverybodyCanUseIt("the question for the token");
        browser.type("#token", "operators-long-secret");
        browser.click("dialog .primary");
        awaitPhase("file");
        browser.open("/");
        awaitPhase("file");
        assertThat(browser.all("dialog")).isEmpty();
    }

    @Test
    @Tag("nightly")
    void aSwitchLeadsFromOneProjectToTheOther() throws Exception {
        Path other = EndToEndServe.copyOf("state-2025-06-19", home.resolve("other"));
        Path configuration = Files.writeString(home.resolve("bridge.yml"), """
                bridge:
                  redis.uri: %s
                  projects:
                    one: { state-dir: %s }
                    two: { state-dir: %s }
                """.formatted(redis.uri(), state, other));
        serve = EndToEndServe.startUntil(
                Pattern.compile("poppo-bridge serves http://127\\.0\\.0\\.1:(\\d+); .*"),
                "--config",
                configuration.toString(),
                "--port",
                "0");
        browse();
        awaitPhase("file");
        browser.awaitText("#journal", "Nothing has happened");
        browser.choose("#project", "two");
        browser.click("#backfill");
        browser.click("#confirm");
        browser.awaitText("#journal", "backfill");
        browser.choose("#project", "one");
        browser.awaitText("#journal", "Nothing has happened");
        browser.open("/#two");
        browser.awaitText("#journal", "backfill");
        assertEverybodyCanUseIt("two projects");
    }
}
