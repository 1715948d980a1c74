package poppo.bridge.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/** The operators' {@link NoiseRule}s of one project, in {@code .bridge/noise-rules.json}. Thread-safe. */
public final class NoiseRules {
    /** More would be a comparison by hand. */
    private static final int MOST = 100;

    private final Disk disk;
    private final Path file;
    private final Clock clock;
    private volatile List<NoiseRule> rules;

    /** @throws BridgeException.Corrupt when the file can't be understood: what is noise is never guessed */
    NoiseRules(Disk disk, Path bridgeDirectory, Clock clock) {
        this.disk = disk;
        this.file = bridgeDirectory.resolve("noise-rules.json");
        this.clock = clock;
        this.rules = load();
    }

    private List<NoiseRule> load() {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            List<NoiseRule> loaded = new ArrayList<>();
            for (JsonNode rule : Json.parse(Files.readAllBytes(file))) {
                loaded.add(NoiseRule.of(rule));
            }
            return List.copyOf(loaded);
        } catch (IOException e) {
            throw new BridgeException.Unavailable(file + " can't be read: " + e + "; check its permissions", e);
        } catch (MalformedJsonException | BridgeException.Invalid e) {
            throw new BridgeException.Corrupt(file + ": " + e.getMessage() + "; correct it, or remove it", e);
        }
    }

    /** All rules, also those that have expired. */
    public List<NoiseRule> all() {
        return rules;
    }

    /** Those that apply now. */
    public List<NoiseRule> live() {
        Instant now = clock.instant();
        return rules.stream().filter(rule -> rule.isLive(now)).toList();
    }

    /**
     * Adds a rule, durably.
     *
     * @throws BridgeException.Conflict {@code noise-rule-exists} when there is one of that name
     */
    public synchronized void add(NoiseRule rule) {
        if (!rule.isLive(clock.instant())) {
            throw new BridgeException.Invalid("expires", "must lie in the future");
        }
        if (rules.stream().anyMatch(known -> known.name().equals(rule.name()))) {
            throw new BridgeException.Conflict(
                    "noise-rule-exists", "there is a noise rule '" + rule.name() + "'; remove it first");
        }
        if (rules.size() >= MOST) {
            throw new BridgeException.Conflict(
                    "too-many-noise-rules", "there are " + MOST + " noise rules; remove some");
        }
        List<NoiseRule> more = new ArrayList<>(rules);
        more.add(rule);
        save(more);
    }

    /** Adds the rule that a request holds. */
    public NoiseRule add(JsonNode json) {
        NoiseRule rule = NoiseRule.of(json);
        add(rule);
        return rule;
    }

    /** @return false when there is none of that name */
    public synchronized boolean remove(String name) {
        List<NoiseRule> fewer =
                rules.stream().filter(rule -> !rule.name().equals(name)).toList();
        if (fewer.size() == rules.size()) {
            return false;
        }
        save(fewer);
        return true;
    }

    private void save(List<NoiseRule> changed) {
        ArrayNode json = Json.array();
        changed.forEach(rule -> json.add(rule.toJson()));
        try {
            disk.replace(file, Json.pretty(json).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new BridgeException.Unavailable(file + " can't be written: " + e + "; check the disk", e);
        }
        rules = List.copyOf(changed);
    }
}
