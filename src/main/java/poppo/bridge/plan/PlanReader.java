package poppo.bridge.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;
import poppo.bridge.migration.Bounds;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;

/**
 * Reads a plan, format 1. The same rules, as far as a schema can say them, are in {@code plan.schema.json} for editors;
 * a test holds the two together.
 */
public final class PlanReader {
    static final List<String> PLAN_KEYS =
            List.of("format", "name", "description", "notifications", "defaults", "stages");
    static final List<String> DEFAULT_KEYS = List.of("onBreach", "gates", "grace", "patience", "diffEvery");
    static final List<String> STAGE_KEYS = Stream.concat(
                    Stream.of("name", "phase", "readPercent", "writePercent", "approval", "jobs", "hold"),
                    DEFAULT_KEYS.stream())
            .toList();
    static final List<String> GATE_KEYS =
            Stream.of(Bound.values()).map(Bound::label).toList();
    static final int MOST_STAGES = 100;

    private static final String REQUIRED = "required";
    private static final int NAME_LENGTH = 64;
    private static final int DESCRIPTION_LENGTH = 2000;

    /** What stands where neither the stage nor the plan's defaults say anything. */
    private static final Shared STANDARD =
            new Shared(Breach.PAUSE, Bounds.DEFAULT, Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofHours(1));

    private final PlanNodes nodes = new PlanNodes();

    private record Shared(Breach onBreach, Bounds bounds, Duration grace, Duration patience, Duration diffEvery) {}

    /** A stage and where it is written. */
    private record Placed(Node at, @Nullable Rollout target, boolean isApproved) {}

    private PlanReader() {}

    /** @throws PlanFaults with everything that is wrong */
    public static Plan read(String text) {
        return new PlanReader().plan(PlanText.parse(text));
    }

    private Plan plan(Node root) {
        PlanNodes.Entries plan = nodes.entries(root, "a plan", PLAN_KEYS);
        nodes.whole(nodes.required(plan, "format", "the plan"), "format", 1, 1);
        String name = nodes.text(nodes.required(plan, "name", "the plan"), "name", NAME_LENGTH);
        nodes.text(plan.get("description"), "description", DESCRIPTION_LENGTH);
        Set<Channel> channels = channels(plan.get("notifications"));
        Node written = plan.get("defaults");
        Shared defaults =
                written == null ? STANDARD : defaults(nodes.entries(written, "'defaults'", DEFAULT_KEYS), STANDARD);
        List<Stage> stages = stages(nodes.required(plan, "stages", "the plan"), defaults);
        List<Fault> faults = nodes.faults();
        if (!faults.isEmpty()) {
            throw new PlanFaults(faults);
        }
        return new Plan(String.valueOf(name), channels, stages);
    }

    private Set<Channel> channels(@Nullable Node node) {
        Set<Channel> channels = EnumSet.of(Channel.LOG, Channel.EVENTS);
        for (Node each : nodes.list(node, "'notifications'")) {
            Channel channel = nodes.choice(each, "notifications", List.of(Channel.values()), Channel::label);
            if (channel != null) {
                channels.add(channel);
            }
        }
        return channels;
    }

    private Shared defaults(PlanNodes.Entries entries, Shared otherwise) {
        Breach breach = nodes.choice(entries.get("onBreach"), "onBreach", List.of(Breach.values()), Breach::label);
        return new Shared(
                breach == null ? otherwise.onBreach : breach,
                bounds(entries.get("gates"), otherwise.bounds),
                span(entries, "grace", otherwise.grace),
                span(entries, "patience", otherwise.patience),
                span(entries, "diffEvery", otherwise.diffEvery));
    }

    private Duration span(PlanNodes.Entries entries, String key, Duration otherwise) {
        Duration span = nodes.span(entries.get(key), key);
        return span == null ? otherwise : span;
    }

    private Bounds bounds(@Nullable Node node, Bounds otherwise) {
        if (node == null) {
            return otherwise;
        }
        PlanNodes.Entries gates = nodes.entries(node, "'gates'", GATE_KEYS);
        Map<Bound, Object> named = new EnumMap<>(Bound.class);
        for (Bound bound : Bound.values()) {
            Object value = bound(bound, gates.get(bound.label()));
            if (value != null) {
                named.put(bound, value);
            }
        }
        return Bound.apply(named, otherwise);
    }

    private @Nullable Object bound(Bound bound, @Nullable Node node) {
        return switch (bound.kind()) {
            case COUNT -> nodes.whole(node, bound.label(), 0, 1_000_000_000);
            case SHARE -> nodes.number(node, bound.label(), 0, 1, "a number from 0 to 1");
            case RATIO -> nodes.number(node, bound.label(), 0.000_001, 1_000_000, "a number above 0");
            case DURATION -> nodes.span(node, bound.label());
        };
    }

    private List<Stage> stages(@Nullable Node node, Shared defaults) {
        List<Node> written = nodes.list(node, "'stages'");
        if (node != null && nodes.faults().isEmpty() && (written.isEmpty() || written.size() > MOST_STAGES)) {
            nodes.fault(node, "a plan has 1 to " + MOST_STAGES + " stages, this one " + written.size());
        }
        List<Stage> stages = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Placed before = null;
        for (Node each : written.stream().limit(MOST_STAGES).toList()) {
            PlanNodes.Entries entries = nodes.entries(each, "a stage", STAGE_KEYS);
            Rollout target = target(entries);
            Placed placed = new Placed(each, target, entries.get("approval") != null);
            before = follow(before, placed, entries);
            stages.add(stage(entries, names, target, defaults));
        }
        return stages;
    }

    private Stage stage(PlanNodes.Entries entries, Set<String> names, @Nullable Rollout target, Shared defaults) {
        Node at = nodes.required(entries, "name", "the stage");
        String name = nodes.text(at, "name", NAME_LENGTH);
        if (at != null && name != null && !names.add(name)) {
            nodes.fault(at, "there are two stages called '" + name + "'; name them apart");
        }
        Node approval = entries.get("approval");
        nodes.choice(approval, "approval", List.of(REQUIRED), each -> each);
        Duration hold = nodes.span(entries.get("hold"), "hold");
        Shared own = defaults(entries, defaults);
        Rollout reached = target == null ? Rollout.of(Phase.FILE) : target;
        return new Stage(
                String.valueOf(name),
                reached,
                approval != null,
                jobs(entries.get("jobs"), reached),
                hold == null ? Duration.ZERO : hold,
                own.bounds,
                own.onBreach,
                own.grace,
                own.patience,
                own.diffEvery);
    }

    private List<Task> jobs(@Nullable Node node, Rollout target) {
        List<Task> jobs = new ArrayList<>();
        for (Node each : nodes.list(node, "'jobs'")) {
            Task task = nodes.choice(each, "jobs", List.of(Task.values()), Task::label);
            if (task == Task.DIFF && (target.phase() == Phase.FILE || target.phase() == Phase.REDIS_ONLY)) {
                nodes.fault(
                        each,
                        "a diff in " + target.phase() + " always finds what only one store is told of; put it into a"
                                + " stage from dual-write to redis-write");
            } else if (task != null) {
                jobs.add(task);
            }
        }
        return jobs;
    }

    private @Nullable Rollout target(PlanNodes.Entries entries) {
        Node at = nodes.required(entries, "phase", "the stage");
        Phase phase = nodes.choice(at, "phase", List.of(Phase.values()), Phase::label);
        Integer reads = percent(entries, "readPercent", phase, Phase.REDIS_READ);
        Integer writes = percent(entries, "writePercent", phase, Phase.REDIS_WRITE);
        return phase == null ? null : new Rollout(phase, reads == null ? 100 : reads, writes == null ? 100 : writes);
    }

    private @Nullable Integer percent(PlanNodes.Entries entries, String key, @Nullable Phase phase, Phase its) {
        Node node = entries.get(key);
        Long percent = nodes.whole(node, key, 0, 100);
        if (node != null && phase != null && phase != its) {
            nodes.fault(node, "'" + key + "' says something in " + its + " only, and this stage is in " + phase);
        }
        return percent == null ? null : percent.intValue();
    }

    /** Holds a stage against the one before, and returns the one to hold the next against. */
    private @Nullable Placed follow(@Nullable Placed before, Placed stage, PlanNodes.Entries entries) {
        Rollout target = stage.target;
        if (target == null) {
            return before;
        }
        Rollout former = before == null ? null : before.target;
        Node at = entries.get("phase");
        if (former != null && at != null && target.isBelow(former)) {
            nodes.fault(
                    at,
                    "a plan only goes up, but this stage (" + target + ") is below the one before (" + former
                            + "); the way back is 'onBreach: rollback' or 'poppo-bridge rollback'");
        }
        boolean isEntered = former == null || former.phase() != Phase.REDIS_ONLY;
        if (at != null && target.phase() == Phase.REDIS_ONLY && isEntered && !stage.isApproved) {
            nodes.fault(at, "redis-only retires the files: the stage needs 'approval: required'");
        }
        return stage;
    }
}
