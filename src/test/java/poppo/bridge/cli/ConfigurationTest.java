package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.journal.Fsync;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowOptions;
import poppo.bridge.state.BridgeException;

final class ConfigurationTest {
    private static final String TOKEN = "0123456789abcdef";

    @TempDir
    Path home;

    private Path file;

    @BeforeEach
    void name() {
        file = home.resolve("bridge.yml");
    }

    private Configuration load(String yaml) throws IOException {
        return load(yaml, Map.of(), Map.of());
    }

    private Configuration load(String yaml, Map<String, String> environment, Map<Setting, String> options)
            throws IOException {
        Files.writeString(file, yaml);
        return Configuration.load(file, environment, options);
    }

    private static ProjectSettings only(Configuration configuration) {
        List<ProjectSettings> projects = configuration.projects();
        assertThat(projects).hasSize(1);
        return projects.get(0);
    }

    // ---- what applies

    @Test
    void withoutAnythingTheDefaultsApply() {
        Configuration configuration = Configuration.load(null, Map.of(), Map.of(Setting.STATE_DIR, "state"));
        assertThat(configuration.host()).isEqualTo("127.0.0.1");
        assertThat(configuration.port()).isEqualTo(7379);
        assertThat(configuration.workerToken()).isNull();
        assertThat(configuration.operatorToken()).isNull();
        assertThat(only(configuration))
                .isEqualTo(new ProjectSettings(
                        "default",
                        Path.of("state").toAbsolutePath(),
                        null,
                        null,
                        Duration.ofMillis(500),
                        Duration.ofMinutes(30),
                        ShadowOptions.defaults(),
                        null));
    }

    @Test
    void optionsWinOverTheEnvironmentAndThatOverTheFile() throws IOException {
        String yaml = """
                bridge:
                  host: localhost
                  port: 1001
                  state-dir: of-file
                  phase: dual-write
                """;
        Map<String, String> environment =
                Map.of("BRIDGE_PORT", "1002", "BRIDGE_STATE_DIR", "of-environment", "BRIDGE_REDIS_URI", " ");
        Configuration configuration = load(yaml, environment, Map.of(Setting.STATE_DIR, "of-options"));
        assertThat(configuration.host()).isEqualTo("localhost");
        assertThat(configuration.port()).isEqualTo(1002);
        ProjectSettings project = only(configuration);
        assertThat(project.stateDir()).isEqualTo(Path.of("of-options").toAbsolutePath());
        assertThat(project.rollout()).isEqualTo(Rollout.of(Phase.DUAL_WRITE));
        assertThat(project.redisUri()).as("a blank variable is not set").isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "HOST, BRIDGE_HOST",
        "STATE_DIR, BRIDGE_STATE_DIR",
        "REDIS_COMMAND_TIMEOUT, BRIDGE_REDIS_COMMAND_TIMEOUT",
        "WORKER_TOKEN_FILE, BRIDGE_SECURITY_TOKENS_WORKER_FILE"
    })
    void everySettingHasItsVariable(Setting setting, String variable) {
        assertThat(setting.variable()).isEqualTo(variable);
    }

    @Test
    void everySettingThereIsMayStandInTheFile() throws IOException {
        StringBuilder yaml = new StringBuilder();
        for (Setting setting : Setting.values()) {
            yaml.append(setting.key()).append(": ").append(value(setting)).append('\n');
        }
        Configuration configuration = load(yaml.toString(), Map.of("TOKEN", TOKEN), Map.of());
        ProjectSettings project = only(configuration);
        assertThat(project.name()).isEqualTo("mine");
        assertThat(project.rollout()).isEqualTo(new Rollout(Phase.REDIS_READ, 25, 50));
        assertThat(project.redisUri()).isEqualTo("redis://r:1");
        assertThat(project.commandTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(project.heartbeatTtl()).isEqualTo(Duration.ofHours(1));
        assertThat(project.shadow().shadowReadPercent()).isEqualTo(3);
        assertThat(project.shadow().maxConcurrentCalls()).isEqualTo(7);
        assertThat(project.shadow().failuresToOpen()).isEqualTo(9);
        assertThat(project.shadow().firstRetry()).isEqualTo(Duration.ofMillis(250));
        assertThat(project.shadow().lastRetry()).isEqualTo(Duration.ofDays(1));
        assertThat(project.shadow().journal().fsync()).isEqualTo(Fsync.EVERYSEC);
        assertThat(project.shadow().journal().maxBytes()).isEqualTo(20_000_000);
        assertThat(project.shadow().journal().keepFree()).isEqualTo(5);
        assertThat(project.shadow().mirrorInterval()).isEqualTo(Duration.ofMillis(50));
        assertThat(project.webhook()).isEqualTo(URI.create("https://hook.example/secret"));
        assertThat(configuration.operatorToken()).isEqualTo(TOKEN);
    }

    @Test
    void aWebhookThatIsNoneIsRefusedAndNotShown() throws IOException {
        Configuration configuration =
                load("bridge.state-dir: state\nbridge.plan.webhook: 'ftp://secret'", Map.of(), Map.of());
        assertRefused(
                "bridge.plan.webhook: must be an http:// or https:// address with a host", configuration::projects);
    }

    private static String value(Setting setting) {
        return switch (setting) {
            case HOST -> "127.0.0.1";
            case PORT -> "0";
            case PROJECT -> "mine";
            case STATE_DIR -> "state";
            case PHASE -> "redis-read";
            case READ_PERCENT -> "25";
            case WRITE_PERCENT -> "50";
            case REDIS_URI -> "redis://r:1";
            case REDIS_COMMAND_TIMEOUT -> "PT2S";
            case REDIS_MAX_CALLS -> "7";
            case HEARTBEAT_TTL -> "1h";
            case SHADOW_READ_PERCENT -> "3";
            case BREAKER_WINDOW -> "9";
            case BREAKER_FIRST_RETRY -> "250ms";
            case BREAKER_LAST_RETRY -> "1d";
            case JOURNAL_FSYNC -> "everysec";
            case JOURNAL_MAX -> "20000000";
            case JOURNAL_KEEP_FREE -> "5";
            case MIRROR_INTERVAL -> "50ms";
            case PLAN_WEBHOOK -> "https://hook.example/secret";
            case WORKER_TOKEN_FILE, OPERATOR_TOKEN_FILE -> "null";
            case WORKER_TOKEN_ENV, OPERATOR_TOKEN_ENV -> "TOKEN";
        };
    }

    @Test
    void severalProjectsHaveTheirOwnSettingsOverTheCommonOnes() throws IOException {
        List<ProjectSettings> projects = load("""
                bridge:
                  redis.uri: redis://common:6379
                  phase: dual-write
                  projects:
                    one:
                      state-dir: /srv/one
                    two:
                      state-dir: /srv/two
                      phase: redis-read
                      read-percent: 10
                      redis:
                        uri: redis://two:6379
                """).projects();
        assertThat(projects).extracting(ProjectSettings::name).containsExactly("one", "two");
        assertThat(projects)
                .extracting(ProjectSettings::stateDir)
                .containsExactly(Path.of("/srv/one"), Path.of("/srv/two"));
        assertThat(projects)
                .extracting(ProjectSettings::redisUri)
                .containsExactly("redis://common:6379", "redis://two:6379");
        assertThat(projects)
                .extracting(ProjectSettings::rollout)
                .containsExactly(Rollout.of(Phase.DUAL_WRITE), new Rollout(Phase.REDIS_READ, 10, 100));
    }

    @Test
    void theProjectOfTheStateDirStandsBesideTheOthers() throws IOException {
        List<ProjectSettings> projects = load("""
                bridge:
                  state-dir: /srv/main
                  projects.one.state-dir: /srv/one
                """).projects();
        assertThat(projects).extracting(ProjectSettings::name).containsExactly("one", "default");
        assertThat(projects)
                .extracting(ProjectSettings::stateDir)
                .containsExactly(Path.of("/srv/one"), Path.of("/srv/main"));
    }

    @ParameterizedTest
    @CsvSource({"500ms, PT0.5S", "30s, PT30S", "30m, PT30M", "2h, PT2H", "1d, PT24H", "PT1M30S, PT1M30S", "' 5s ', PT5S"
    })
    void durationsAreShortOrIso8601(String text, Duration duration) throws IOException {
        String yaml = "bridge: {state-dir: s, heartbeat-ttl: '" + text + "'}";
        assertThat(only(load(yaml)).heartbeatTtl()).isEqualTo(duration);
    }

    @Test
    void aTokenComesFromAFileOrAVariable() throws IOException {
        Path token = Files.writeString(home.resolve("token"), TOKEN + "\n");
        Configuration configuration = Configuration.load(
                null,
                Map.of("MY_TOKEN", "another-0123456789"),
                Map.of(Setting.WORKER_TOKEN_FILE, token.toString(), Setting.OPERATOR_TOKEN_ENV, "MY_TOKEN"));
        assertThat(configuration.workerToken()).isEqualTo(TOKEN);
        assertThat(configuration.operatorToken()).isEqualTo("another-0123456789");
    }

    // ---- what is refused; FILE and HOME stand for the paths

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bridge: {prot: 1} | bridge.prot: is no setting (in FILE); did you mean 'bridge.port'?",
                "port: 1 | port: is no setting (in FILE); 'config' lists those there are",
                "bridge: {projects: {a: {port: 1}}} | bridge.projects.a.port: is no setting (in FILE); 'config' lists"
                        + " those there are",
                "bridge: {projects: {a: 1}} | bridge.projects.a: is no setting (in FILE); 'config' lists those there are",
                "bridge: {port: x} | bridge.port: must be a whole number, but is 'x'",
                "bridge: {port: 65536} | bridge.port: must be from 0 to 65535, but is 65536",
                "bridge: {port: -1} | bridge.port: must be from 0 to 65535, but is -1",
                "bridge: {phase: redis-reed} | bridge.phase: 'redis-reed' is none of file, dual-write, redis-read,"
                        + " redis-write, redis-only",
                "bridge: {phase: redis-read, read-percent: 101} | bridge.read-percent: must be from 0 to 100, but is 101",
                "bridge: {phase: redis-write, write-percent: 5%} | bridge.write-percent: must be a whole number, but is '5%'",
                "bridge: {shadow-read-percent: 1000} | bridge.shadow-read-percent: must be from 0 to 100, but is 1000",
                "bridge: {heartbeat-ttl: 30 minutes} | bridge.heartbeat-ttl: must be a duration like 500ms, 30s, 30m or PT30M,"
                        + " but is '30 minutes'",
                "bridge: {heartbeat-ttl: 30} | bridge.heartbeat-ttl: must be a duration like 500ms, 30s, 30m or PT30M, but is '30'",
                "bridge: {redis: {command-timeout: 0s}} | bridge.redis.command-timeout: must be longer than zero, but is 0s",
                "bridge: {heartbeat-ttl: 99999999999999999999s} | bridge.heartbeat-ttl: must be a duration like 500ms, 30s, 30m"
                        + " or PT30M, but is '99999999999999999999s'",
                "bridge: {redis: {max-concurrent-calls: 0}} | bridge.redis.max-concurrent-calls: must be from 1 to 4096, but is 0",
                "bridge: {breaker: {first-retry: 1m}} | bridge.breaker.first-retry: must be positive and at most"
                        + " bridge.breaker.last-retry",
                "bridge: {projects: {b: {phase: file}}} | bridge.projects.b.state-dir: must be set: the directory with the"
                        + " project's JSON files",
                "[1] | --config: FILE: the file must be a map of settings",
                "just text | --config: FILE: the file must be a map of settings",
                "bridge: {port: [1]} | --config: FILE: bridge.port must be a map of settings",
                "'bridge: {port: 1' | --config: FILE, line 1, column 17: expected ',' or '}', but got <stream end>",
            })
    void aWrongFileIsRefusedAndTheRuleIsNamed(String yaml, String message) throws IOException {
        // Where a state directory is not the point, there is one.
        Map<Setting, String> options = message.contains("state-dir") ? Map.of() : Map.of(Setting.STATE_DIR, "s");
        Files.writeString(file, yaml);
        assertRefused(message, () -> {
            Configuration configuration = Configuration.load(file, Map.of(), options);
            configuration.port();
            configuration.projects();
        });
    }

    private void assertRefused(String message, org.assertj.core.api.ThrowableAssert.ThrowingCallable what) {
        assertThatThrownBy(what)
                .isInstanceOf(BridgeException.Invalid.class)
                .hasMessage(message.replace("FILE", file.toString()).replace("HOME", home.toString()));
    }

    @Test
    void badYamlIsNamedByLineAndColumn() throws IOException {
        Files.writeString(file, "bridge:\n  port: 1\n\tphase: file\n");
        assertRefused(
                "--config: FILE, line 3, column 1: found character '\\t(TAB)' that cannot start any token. (Do not use"
                        + " \\t(TAB) for indentation)",
                () -> Configuration.load(file, Map.of(), Map.of()));
    }

    @Test
    void bytesThatAreNoTextAreRefused() throws IOException {
        Files.write(file, new byte[] {'a', (byte) 0xff, ':'});
        assertThatThrownBy(() -> Configuration.load(file, Map.of(), Map.of()))
                .isInstanceOf(BridgeException.Invalid.class)
                .hasMessageStartingWith("--config: " + file + " can't be read: ");
    }

    @Test
    void charactersThatYamlForbidsAreRefused() throws IOException {
        Files.writeString(file, "bridge: \u0001");
        assertThatThrownBy(() -> Configuration.load(file, Map.of(), Map.of()))
                .isInstanceOf(BridgeException.Invalid.class)
                .hasMessageStartingWith("--config: " + file);
    }

    @Test
    void aKeyTwiceIsRefused() throws IOException {
        Files.writeString(file, "bridge:\n  port: 1\n  port: 2\n");
        assertThatThrownBy(() -> Configuration.load(file, Map.of(), Map.of()))
                .isInstanceOf(BridgeException.Invalid.class)
                .hasMessage("--config: " + file + ", line 3, column 3: found duplicate key port");
    }

    @Test
    void aFileThatIsNotThereIsRefused() {
        assertRefused("--config: FILE does not exist", () -> Configuration.load(file, Map.of(), Map.of()));
    }

    @Test
    void withoutAStateDirectoryTheSettingIsNamed() {
        assertRefused(
                "bridge.state-dir: must be set: the directory with the project's JSON files",
                () -> Configuration.load(null, Map.of(), Map.of()).projects());
    }

    @Test
    void aTokenFileThatCantBeReadIsRefused() {
        Configuration configuration = Configuration.load(
                null,
                Map.of(),
                Map.of(Setting.WORKER_TOKEN_FILE, home.resolve("none").toString()));
        assertThatThrownBy(configuration::workerToken)
                .isInstanceOf(BridgeException.Invalid.class)
                .hasMessage("bridge.security.tokens.worker.file: " + home.resolve("none") + " does not exist");
        Configuration directory =
                Configuration.load(null, Map.of(), Map.of(Setting.OPERATOR_TOKEN_FILE, home.toString()));
        assertRefused(
                "bridge.security.tokens.operator.file: HOME can't be read: Is a directory", directory::operatorToken);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "0123456789abcde", "0123456789 abcdef", "0123456789abcdéf"})
    void aTokenThatIsNoneIsRefusedAndNotShown(String token) throws IOException {
        Path tokenFile = Files.writeString(home.resolve("token"), token);
        Configuration configuration = Configuration.load(
                null,
                Map.of("T", token),
                Map.of(Setting.WORKER_TOKEN_FILE, tokenFile.toString(), Setting.OPERATOR_TOKEN_ENV, "T"));
        String rule = "must give a token of at least 16 printable characters without spaces";
        assertRefused("bridge.security.tokens.worker.file: " + rule, configuration::workerToken);
        assertRefused("bridge.security.tokens.operator.env: " + rule, configuration::operatorToken);
    }

    // ---- through the command line: exit code 2, one line, and nothing begun

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--host 0.0.0.0 | bridge.host: '0.0.0.0' is not loopback, so everybody could drive the bridge; set"
                        + " bridge.security.tokens, or bind to 127.0.0.1",
                "--port 70000 | bridge.port: must be from 0 to 65535, but is 70000",
                "--phase fast | bridge.phase: 'fast' is none of file, dual-write, redis-read, redis-write, redis-only",
                "--redis-uri http://x | bridge.redis.uri: must look like redis://host:6379, rediss://host:6379 or"
                        + " redis-sentinel://host:26379/0#name",
                "--config HOME/none.yml | --config: HOME/none.yml does not exist",
                "--project a/b | bridge.project: must be 1 to 64 of A-Z a-z 0-9 . _ -",
            })
    void serveRefusesAWrongSettingInOneLine(String args, String message) throws IOException {
        Path state = Files.createDirectory(home.resolve("state"));
        String line = ("serve --port 0 --state-dir " + state + " " + args)
                .replace("--port 0 ", args.contains("--port") ? "" : "--port 0 ")
                .replace("HOME", home.toString());
        CommandRun.Outcome outcome = CommandRun.of(line.split(" "));
        assertThat(outcome.err()).isEqualTo("poppo-bridge: " + message.replace("HOME", home.toString()) + "\n");
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(state).as("nothing was begun").isEmptyDirectory();
    }

    @Test
    void aStateDirectoryThatIsNotThereIsOutOfReach() {
        Path none = home.resolve("none");
        CommandRun.Outcome outcome = CommandRun.of("serve", "--port", "0", "--state-dir", none.toString());
        assertThat(outcome.err())
                .isEqualTo("poppo-bridge: the state directory " + none
                        + " does not exist; create it, or correct bridge.state-dir\n");
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(none).doesNotExist();
    }
}
