package poppo.bridge.plan;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads values out of a tree and notes what is wrong with them, each with its place, so that all faults are told at
 * once. A value that is wrong or missing is null or empty. Not thread-safe.
 */
final class PlanNodes {
    private static final Pattern WHOLE = Pattern.compile("0|[1-9]\\d{0,14}");
    private static final Pattern NUMBER = Pattern.compile("(0|[1-9]\\d{0,14})(\\.\\d{1,12})?");

    private final List<Fault> faults = new ArrayList<>();

    /** A map's values by key, in order. */
    record Entries(Node at, Map<String, Node> values) {
        @Nullable
        Node get(String key) {
            return values.get(key);
        }
    }

    void fault(Node at, String message) {
        faults.add(new Fault(at.getStartMark().getLine() + 1, at.getStartMark().getColumn() + 1, message));
    }

    /** What was noted so far, by place. */
    List<Fault> faults() {
        return faults.stream()
                .sorted(Comparator.comparingInt(Fault::line).thenComparingInt(Fault::column))
                .toList();
    }

    /** A map with no other keys than {@code known}; a wrong key is a fault and left out. */
    Entries entries(Node node, String what, List<String> known) {
        Map<String, Node> values = new LinkedHashMap<>();
        if (!(node instanceof MappingNode map)) {
            fault(node, what + " must be a map of " + String.join(", ", known));
            return new Entries(node, values);
        }
        for (NodeTuple tuple : map.getValue()) {
            String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
            if (!known.contains(key)) {
                fault(tuple.getKeyNode(), what + " has no '" + key + "': " + Suggestion.of(key, known));
            } else if (values.putIfAbsent(key, tuple.getValueNode()) != null) {
                fault(tuple.getKeyNode(), "'" + key + "' stands here twice; keep one");
            }
        }
        return new Entries(node, values);
    }

    /** The value of a key that must be there. */
    @Nullable
    Node required(Entries entries, String key, String what) {
        Node value = entries.get(key);
        if (value == null && entries.at() instanceof MappingNode) {
            fault(entries.at(), what + " lacks '" + key + "'");
        }
        return value;
    }

    List<Node> list(@Nullable Node node, String what) {
        if (node == null) {
            return List.of();
        }
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        fault(node, what + " must be a list");
        return List.of();
    }

    @Nullable
    String text(@Nullable Node node, String key, int longest) {
        String text = scalar(node, Tag.STR);
        boolean fits = text != null
                && !text.isBlank()
                && text.length() <= longest
                && text.chars().noneMatch(Character::isISOControl);
        return valid(node, fits ? text : null, "'" + key + "' must be text of 1 to " + longest + " characters");
    }

    @Nullable
    Long whole(@Nullable Node node, String key, long least, long most) {
        String text = scalar(node, Tag.INT);
        Long value = text != null && WHOLE.matcher(text).matches() ? Long.valueOf(text) : null;
        boolean fits = value != null && value >= least && value <= most;
        String rule = most == Long.MAX_VALUE ? " from " + least + " on" : " from " + least + " to " + most;
        return valid(node, fits ? value : null, "'" + key + "' must be a whole number" + rule);
    }

    /** @param rule what it must be, for the message */
    @Nullable
    Double number(@Nullable Node node, String key, double least, double most, String rule) {
        String text = node instanceof ScalarNode scalar
                        && (scalar.getTag().equals(Tag.INT) || scalar.getTag().equals(Tag.FLOAT))
                ? scalar.getValue()
                : "";
        Double value = NUMBER.matcher(text).matches() ? new BigDecimal(text).doubleValue() : null;
        boolean fits = value != null && value >= least && value <= most;
        return valid(node, fits ? value : null, "'" + key + "' must be " + rule);
    }

    @Nullable
    Duration span(@Nullable Node node, String key) {
        String text = scalar(node, Tag.STR);
        Optional<Duration> span = text == null ? Optional.empty() : Spans.parse(text);
        return valid(
                node,
                span.orElse(null),
                "'" + key + "' must be a duration like 30s, 5m, 12h or 7d, at most 366d, and not negative");
    }

    /** The one of {@code all} that is called as the value is. */
    <T> @Nullable T choice(@Nullable Node node, String key, List<T> all, Function<T, String> label) {
        String text = scalar(node, Tag.STR);
        T chosen = all.stream()
                .filter(each -> label.apply(each).equals(text))
                .findFirst()
                .orElse(null);
        List<String> labels = all.stream().map(label).toList();
        String meant = text == null ? "there are " + String.join(", ", labels) : Suggestion.of(text, labels);
        return valid(node, chosen, "'" + key + "' is none that there is: " + meant);
    }

    private static @Nullable String scalar(@Nullable Node node, Tag tag) {
        return node instanceof ScalarNode scalar && scalar.getTag().equals(tag) ? scalar.getValue() : null;
    }

    private <T> @Nullable T valid(@Nullable Node node, @Nullable T value, String otherwise) {
        if (node != null && value == null) {
            fault(node, otherwise + found(node));
        }
        return value;
    }

    private static String found(Node node) {
        if (!(node instanceof ScalarNode scalar)) {
            return ", but is a " + (node instanceof MappingNode ? "map" : "list");
        }
        String value = scalar.getValue().strip();
        String shown = value.length() > 40 ? value.substring(0, 40) + "…" : value;
        return value.isEmpty() ? ", but is empty" : ", but is '" + shown.replaceAll("\\p{Cntrl}", "?") + "'";
    }
}
