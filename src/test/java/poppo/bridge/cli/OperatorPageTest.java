package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lettuce.core.RedisClient;
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

    /**
     * Judges until the gates pass, then moves; and again where the move's own judgement failed: on a busy machine the
     * latency of the first hundred writes is anything.
     */
    private void moveTo(String phase) {
        browser.click("#move");
        browser.choose("#target", phase);
        browser.click("#judge");
        browser.await("gates that pass on the way to " + phase, () -> {
            if (browser.all("dialog[open]").isEmpty()) {
                return true;
            }
            if (!browser.all("dialog[open]:not([aria-busy])").isEmpty()) {
                boolean hasPassed = browser.text("#judgement").startsWith("All gates pass");
                browser.click(hasPassed ? "#go" : "#judge");
            }
            return false;
        });
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
        boolean isWhole = !name.startsWith("dialog");
        browser.picture(PICTURES.resolve(name + "-" + theme + "-" + device + ".png"), isWhole);
    }

    /** One of the README's, from this element on; small enough to be kept with the sources. */
    private void walk(String name, String top, String theme, int width, int height) throws IOException {
        browser.look(theme, width, height);
        browser.script("document.querySelector(arguments[0]).scrollIntoView()", top);
        browser.script("return new Promise((done) => requestAnimationFrame(() => setTimeout(done, 400)))");
        browser.script("document.getElementById('said').replaceChildren()");
        Path png = PICTURES.resolve("walk-" + name + ".png");
        browser.smallPicture(png);
        assertThat(Files.size(png)).as(name).isLessThan(40_000);
        browser.look("light", 1280, 900);
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
        walk("1-gates", "body", "light", 800, 900);
        browser.click("dialog .actions button:last-child");
        browser.awaitGone("dialog");

        browser.click("#backfill");
        browser.click("#confirm");
        browser.awaitText("#journal", "backfill");
        moveTo("dual-write");
        browser.click("#diff");
        browser.awaitText("#diffs", "consistent");
        walk("2-dual-write", "body", "light", 900, 560);
        moveTo("redis-read");
        moveTo("redis-write");
        browser.awaitText("#facts", "Redis");
        browser.click("#orphans button");
        browser.click("#confirm");
        browser.awaitText("#said", "is free");
        pictures("redis-write");
        walk("3-redis-write", "#facts-title", "light", 900, 690);

        redis.kill();
        browser.awaitText("#alert", "Next try");
        browser.awaitText("#meaning", "Authority now: files");
        pictures("outage");
        walk("4-outage", "body", "dark", 390, 700);
        redis.restart();
        browser.await("the end of the outage", () -> browser.text("#alert").isEmpty());
        browser.awaitText("#meaning", "Authority now: Redis");

        browser.click("#diff");
        browser.await("a second report", () -> browser.all("#diffs tbody tr").size() >= 2);
        browser.click("#diffs tbody tr button");
        browser.awaitText("dialog", "Missing in Redis");
        pictures("dialog-report");
        walk("5-report", "body", "light", 800, 700);
        browser.click("#close");

        browser.click("#rollback");
        browser.awaitText("dialog", "No acknowledged write is lost");
        pictures("dialog-rollback");
        walk("6-rollback", "body", "light", 700, 600);
        browser.click("dialog .actions button:last-child");
        browser.awaitGone("dialog");
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

    /** Starts a diff and waits for its report. */
    private void diff(int reports, String verdict) {
        browser.click("#diff");
        browser.await(
                "report number " + reports, () -> browser.all("#diffs tbody tr").size() == reports);
        browser.awaitText("#diffs tbody tr", verdict);
    }

    @Test
    @Tag("nightly")
    void aRefusedMoveIsForcedWithAReasonAndTwoDiffReportsAreCompared() throws Exception {
        open();
        serve.done("POST", "migration/backfill", "{}");
        browser.awaitText("#journal", "backfill");
        moveTo("dual-write");
        try (RedisClient client = RedisClient.create(redis.uri())) {
            client.connect().sync().hset("issue:34", "status", "planted");
        }
        diff(1, "inconsistent");

        browser.click("#move");
        browser.choose("#target", "redis-read");
        assertThat(browser.all("#force").get(0).isDisplayed()).isFalse();
        browser.click("#judge");
        browser.awaitText("#judgement", "Not yet");
        // On a busy machine it may not be the only one that fails.
        assertThat(browser.all("dialog tr.bad")).anyMatch(row -> row.getText().contains("diff"));
        browser.awaitText("dialog .note + div, dialog", "every gate that fails on the way is overridden");
        pictures("dialog-force");
        browser.click("#force");
        assertThat(browser.all("#reason:invalid")).as("a reason is asked for").hasSize(1);
        awaitPhase("dual-write");
        browser.type("#reason", "one known difference");
        browser.click("#force");
        browser.awaitGone("dialog");
        awaitPhase("redis-read");
        browser.awaitText("#journal", "gates overridden");
        browser.awaitText("#journal", "one known difference");

        browser.click("#repair");
        browser.choose("#right", "file");
        browser.click("#confirm");
        browser.await("the repair", () -> browser.all("#diffs tbody tr").size() == 2);
        diff(3, "consistent");
        assertThat(browser.all("#compare").get(0).isEnabled()).isFalse();
        browser.click("#diffs tbody tr:nth-child(1) input");
        browser.click("#diffs tbody tr:nth-child(3) input");
        browser.click("#compare");
        browser.awaitText("dialog", "Came: 0");
        assertThat(browser.text("dialog")).contains("Went: 1", "Stayed: 0");
        assertThat(browser.all("dialog tbody tr")).hasSize(1);
        assertThat(browser.text("dialog tbody tr")).contains("issues/34 /status", "\"planted\"");
        pictures("dialog-compared");
        browser.click("#close");
        browser.awaitGone("dialog");
        assertNobodyComplains();
    }

    @Test
    @Tag("nightly")
    void aPlanIsChosenCheckedStartedAndAborted() throws Exception {
        open();
        browser.awaitText("#plan", "No plan was run");
        browser.click("#plan-start");
        browser.awaitText("#plan-check", "The plan standard can be run");
        assertThat(browser.text("dialog")).contains("a tenth of the reads", "comparisons 10000");
        assertThat(browser.requests()).noneMatch(url -> url.endsWith("plans/judge"));
        browser.click("#plan-judge");
        browser.awaitText("dialog", "as they are now");
        assertThat(browser.text("dialog tr.bad")).contains("backfill", "not complete");
        pictures("dialog-plan");
        browser.choose("#plan-known", "2");
        browser.awaitText("#plan-check", "The plan single-evening can be run");
        browser.click("#plan-details summary");
        browser.type("#plan-text", "\n- { name: x, phase: fille }");
        browser.awaitText("#plan-check", "Faults: ");
        assertThat(browser.text(".faults")).contains("line ", "column ");
        assertThat(browser.all("#confirm").get(0).isEnabled()).isFalse();
        assertEverybodyCanUseIt("a plan's faults");
        browser.choose("#plan-known", "0");
        browser.click("#confirm");
        browser.awaitGone("dialog");
        browser.awaitText("#plan", "standard");
        browser.awaitText("#plan", "running");
        awaitPhase("dual-write");
        assertThat(browser.all("#plan-start")).isEmpty();
        browser.click("#plan-abort");
        browser.click("#confirm");
        browser.awaitText("#plan", "aborted");
        browser.click("#plan-start");
        browser.awaitText("#plan-known", "standard, as it was run here last");
        browser.click("dialog .actions button:last-child");
        browser.awaitGone("dialog");
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
        pictures("dialog-japanese");
        browser.click("#confirm");
        awaitPhase("dual-write");
        browser.awaitText("#plan", "維持中");
        browser.click("#plan-pause");
        browser.click("#confirm");
        browser.awaitText("#plan", "一時停止中");
        pictures("japanese");
        browser.click("#plan-resume");
        browser.click("#confirm");
        browser.awaitText("#plan", "実行中");
        browser.click("#plan-abort");
        browser.click("#confirm");
        browser.awaitText("#plan", "中止");
        browser.click("#plan-start");
        browser.awaitText("#plan-check", "実行できます");
        browser.click("#plan-judge");
        browser.awaitText("dialog", "現在の判定");
        pictures("dialog-plan-japanese");
        browser.click("dialog .actions button:last-child");
        browser.click("#move");
        browser.click("#judge");
        browser.await("a judgement", () -> !browser.text("#judgement").isEmpty());
        pictures("dialog-gates-japanese");
        browser.click("dialog .actions button:last-child");
        browser.awaitGone("dialog");
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
        browser.click("footer a[href='/prometheus']");
        browser.awaitText("dialog pre", "poppo_phase");
        assertEverybodyCanUseIt("the metrics");
        browser.click("#close");
        browser.click("footer a[href='/swagger/poppo-bridge.yml']");
        browser.awaitText("dialog pre", "openapi: 3");
        browser.click("#close");
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
