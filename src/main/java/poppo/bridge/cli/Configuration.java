package poppo.bridge.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import poppo.bridge.journal.Fsync;
import poppo.bridge.journal.JournalOptions;
import poppo.bridge.plan.Suggestion;
import poppo.bridge.plan.Webhook;
import poppo.bridge.redis.RedisOptions;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowOptions;
import poppo.bridge.state.BridgeException;

/**
 * The settings in force: those of the command line over the environment over the configuration file over the defaults.
 * A value that can't be meant is {@link BridgeException.Invalid} naming the setting and the rule; so is a setting that
 * doesn't exist.
 */
final class Configuration {
    private static final Pattern DURATION = Pattern.compile("(\\d+)(ms|s|m|h|d)");
    private static final String PROJECTS = "bridge.projects.";

    private final Map<String, String> values;
    private final Map<String, String> environment;

    private Configuration(Map<String, String> values, Map<String, String> environment) {
        this.values = values;
        this.environment = environment;
    }

    /** @param options the command line's, by setting; those that were not given are left out */
    static Configuration load(@Nullable Path file, Map<String, String> environment, Map<Setting, String> options) {
        Map<String, String> values = new LinkedHashMap<>();
        if (file != null) {
            readFile(file, values);
        }
        for (Setting setting : Setting.values()) {
            String value = environment.get(setting.variable());
            if (value != null && !value.isBlank()) {
                values.put(setting.key(), value);
            }
        }
        options.forEach((setting, value) -> values.put(setting.key(), value));
        return new Configuration(values, environment);
    }

    private static void readFile(Path file, Map<String, String> values) {
        try {
            LoaderOptions strict = new LoaderOptions();
            strict.setAllowDuplicateKeys(false);
            Object root = new Yaml(new SafeConstructor(strict)).load(Files.readString(file));
            if (root != null) {
                flatten(file, "", root, values);
            }
        } catch (IOException e) {
            throw unreadable("--config", file, e);
        } catch (MarkedYAMLException e) {
            throw new BridgeException.Invalid(
                    "--config",
                    file + ", line " + (e.getProblemMark().getLine() + 1) + ", column "
                            + (e.getProblemMark().getColumn() + 1) + ": " + e.getProblem());
        } catch (YAMLException e) {
            throw new BridgeException.Invalid("--config", file + ": " + e.getMessage());
        }
    }

    private static BridgeException unreadable(String key, Path file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return new BridgeException.Invalid(key, file + " does not exist");
        }
        String reason = e instanceof AccessDeniedException ? "permission denied" : e.getMessage();
        return new BridgeException.Invalid(key, file + " can't be read: " + reason);
    }

    private static void flatten(Path file, String path, Object node, Map<String, String> values) {
        if (node instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                String key = path.isEmpty() ? String.valueOf(entry.getKey()) : path + "." + entry.getKey();
                if (entry.getValue() != null) {
                    flatten(file, key, entry.getValue(), values);
                }
            }
        } else if (path.isEmpty() || node instanceof List<?>) {
            throw new BridgeException.Invalid(
                    "--config", file + ": " + (path.isEmpty() ? "the file" : path) + " must be a map of settings");
        } else {
            requireKnown(file, path);
            values.put(path, String.valueOf(node));
        }
    }

    private static void requireKnown(Path file, String key) {
        Stream<String> known = Arrays.stream(Setting.values()).map(Setting::key);
        if (key.startsWith(PROJECTS)) {
            int end = key.indexOf('.', PROJECTS.length());
            String project = key.substring(PROJECTS.length(), end < 0 ? key.length() : end);
            known = Arrays.stream(Setting.values())
                    .filter(Setting::isPerProject)
                    .map(setting -> setting.key(project));
        }
        List<String> settings = known.toList();
        if (!settings.contains(key)) {
            throw new BridgeException.Invalid(
                    key,
                    "is no setting (in " + file + "); "
                            + Suggestion.near(key, settings).orElse("'config' lists those there are"));
        }
    }

    private @Nullable String value(Setting setting) {
        return values.getOrDefault(setting.key(), setting.defaultValue());
    }

    private String required(Setting setting) {
        String value = value(setting);
        if (value == null) {
            throw new BridgeException.Invalid(setting.key(), "must be set: " + setting.meaning());
        }
        return value;
    }

    String host() {
        return required(Setting.HOST);
    }

    int port() {
        return whole(Setting.PORT, 0, 65535);
    }

    private int whole(Setting setting, int least, int most) {
        return whole(setting.key(), required(setting), least, most);
    }

    private static int whole(String key, String text, int least, int most) {
        try {
            int value = Integer.parseInt(text.strip());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new BridgeException.Invalid(key, "must be a whole number, but is '" + text + "'");
        }
        throw new BridgeException.Invalid(key, "must be from " + least + " to " + most + ", but is " + text);
    }

    private Duration duration(Setting setting) {
        String text = required(setting).strip();
        Duration value = parseDuration(setting.key(), text);
        if (value.isNegative() || value.isZero()) {
            throw new BridgeException.Invalid(setting.key(), "must be longer than zero, but is " + text);
        }
        return value;
    }

    private static Duration parseDuration(String key, String text) {
        Matcher simple = DURATION.matcher(text);
        try {
            if (!simple.matches()) {
                return Duration.parse(text);
            }
            long amount = Long.parseLong(simple.group(1));
            return switch (simple.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        } catch (DateTimeParseException | NumberFormatException | ArithmeticException e) {
            throw new BridgeException.Invalid(
                    key, "must be a duration like 500ms, 30s, 30m or PT30M, but is '" + text + "'");
        }
    }

    /** The projects to open: those of {@code bridge.projects}, and the one of {@code bridge.state-dir}. */
    List<ProjectSettings> projects() {
        Set<String> names = new LinkedHashSet<>();
        values.keySet().stream()
                .filter(key -> key.startsWith(PROJECTS))
                .map(key -> key.substring(PROJECTS.length(), key.indexOf('.', PROJECTS.length())))
                .forEach(names::add);
        if (names.isEmpty() || value(Setting.STATE_DIR) != null) {
            names.add(required(Setting.PROJECT));
        }
        List<ProjectSettings> projects = new ArrayList<>();
        names.forEach(name -> projects.add(project(name)));
        return projects;
    }

    private ProjectSettings project(String name) {
        String stateDir = ofProject(name, Setting.STATE_DIR);
        if (stateDir == null) {
            throw new BridgeException.Invalid(
                    names(name, Setting.STATE_DIR), "must be set: the directory with the project's JSON files");
        }
        return new ProjectSettings(
                name,
                Path.of(stateDir).toAbsolutePath().normalize(),
                redisUri(name),
                rollout(name),
                duration(Setting.REDIS_COMMAND_TIMEOUT),
                duration(Setting.HEARTBEAT_TTL),
                shadow(),
                webhook());
    }

    /** Checked here already, where the setting is known and nothing has begun. */
    private @Nullable String redisUri(String name) {
        String uri = ofProject(name, Setting.REDIS_URI);
        try {
            RedisOptions.of(uri == null ? "redis://localhost" : uri, name);
            return uri;
        } catch (BridgeException.Invalid e) {
            boolean isName = e.field().equals("project");
            throw renamed(e, isName ? Setting.PROJECT.key() : names(name, Setting.REDIS_URI));
        }
    }

    /** The same rule, under the name that the user knows the value by. */
    private static BridgeException renamed(BridgeException.Invalid e, String key) {
        String message = String.valueOf(e.getMessage());
        return new BridgeException.Invalid(key, message.substring(e.field().length() + 2));
    }

    private @Nullable String ofProject(String name, Setting setting) {
        String own = values.get(setting.key(name));
        return own == null ? value(setting) : own;
    }

    private String names(String name, Setting setting) {
        return values.containsKey(setting.key(name)) || !name.equals(value(Setting.PROJECT))
                ? setting.key(name)
                : setting.key();
    }

    private @Nullable Rollout rollout(String name) {
        String phase = ofProject(name, Setting.PHASE);
        if (phase == null) {
            return null;
        }
        return new Rollout(
                phase(name, phase), percent(name, Setting.READ_PERCENT), percent(name, Setting.WRITE_PERCENT));
    }

    private Phase phase(String name, String label) {
        try {
            return Phase.of(label);
        } catch (BridgeException.Invalid e) {
            throw renamed(e, names(name, Setting.PHASE));
        }
    }

    private int percent(String name, Setting setting) {
        String text = ofProject(name, setting);
        return whole(names(name, setting), text == null ? "100" : text, 0, 100);
    }

    private @Nullable URI webhook() {
        String address = value(Setting.PLAN_WEBHOOK);
        try {
            return address == null ? null : Webhook.requireAddress(new URI(address));
        } catch (URISyntaxException | BridgeException.Invalid e) {
            // The address may hold a secret, and is not repeated.
            throw new BridgeException.Invalid(
                    Setting.PLAN_WEBHOOK.key(), "must be an http:// or https:// address with a host");
        }
    }

    private ShadowOptions shadow() {
        ShadowOptions defaults = ShadowOptions.defaults();
        return new ShadowOptions(
                whole(Setting.SHADOW_READ_PERCENT, 0, 100),
                JournalOptions.defaults()
                        .withFsync(Fsync.of(
                                Setting.JOURNAL_FSYNC.key(), Objects.requireNonNull(value(Setting.JOURNAL_FSYNC))))
                        .withBounds(
                                whole(Setting.JOURNAL_MAX, 0, Integer.MAX_VALUE),
                                whole(Setting.JOURNAL_KEEP_FREE, 0, Integer.MAX_VALUE)),
                duration(Setting.MIRROR_INTERVAL),
                defaults.keeperInterval(),
                defaults.maxDirty(),
                whole(Setting.REDIS_MAX_CALLS, 1, 4096),
                whole(Setting.BREAKER_WINDOW, 1, 1000),
                duration(Setting.BREAKER_FIRST_RETRY),
                duration(Setting.BREAKER_LAST_RETRY));
    }

    /** The workers' token; null when none is set. */
    @Nullable
    String workerToken() {
        return token(Setting.WORKER_TOKEN_FILE, Setting.WORKER_TOKEN_ENV);
    }

    /** The operators' token; null when none is set. */
    @Nullable
    String operatorToken() {
        return token(Setting.OPERATOR_TOKEN_FILE, Setting.OPERATOR_TOKEN_ENV);
    }

    private @Nullable String token(Setting file, Setting variable) {
        String path = value(file);
        String name = value(variable);
        if (path != null) {
            return require(file, readToken(file, Path.of(path)));
        }
        return name == null ? null : require(variable, environment.getOrDefault(name, ""));
    }

    private static String readToken(Setting setting, Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw unreadable(setting.key(), file, e);
        }
    }

    private static String require(Setting setting, String token) {
        if (token.length() < 16 || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new BridgeException.Invalid(
                    setting.key(), "must give a token of at least 16 printable characters without spaces");
        }
        return token;
    }
}
