package poppo.bridge.plan;

import java.io.StringReader;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * YAML, or JSON, as a tree whose nodes know their place. What could be made to grow without bound isn't taken: long
 * texts, deep nesting, anchors and aliases.
 */
final class PlanText {
    /** The longest plan, in characters. */
    static final int MAX_LENGTH = 256 << 10;

    private static final int MAX_DEPTH = 20;
    private static final int REASON_LENGTH = 200;

    private PlanText() {}

    /** @throws PlanFaults with the one place that can't be read */
    static Node parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw fault(null, "the plan is longer than " + MAX_LENGTH + " characters; it can't be meant");
        }
        try {
            refuseAliases(text);
            Node root = yaml().compose(new StringReader(text));
            if (root == null) {
                throw fault(null, "the plan is empty; see migration-plans/standard.yml for one");
            }
            return root;
        } catch (MarkedYAMLException e) {
            throw fault(e.getProblemMark(), reason(e));
        } catch (ReaderException e) {
            throw unreadable(text, e);
        } catch (YAMLException e) {
            throw fault(null, cut(String.valueOf(e.getMessage())));
        }
    }

    private static Yaml yaml() {
        LoaderOptions limits = new LoaderOptions();
        limits.setNestingDepthLimit(MAX_DEPTH);
        limits.setCodePointLimit(MAX_LENGTH);
        return new Yaml(limits);
    }

    private static void refuseAliases(String text) {
        Iterator<Event> events = yaml().parse(new StringReader(text)).iterator();
        while (events.hasNext()) {
            Event event = events.next();
            if (event instanceof AliasEvent || (event instanceof NodeEvent node && node.getAnchor() != null)) {
                throw fault(event.getStartMark(), "a plan has no anchors and aliases; write it out, or use 'defaults'");
            }
        }
    }

    private static String reason(MarkedYAMLException e) {
        String problem = String.valueOf(e.getProblem());
        return problem.contains("TAB")
                ? "there is a tab; YAML is indented by spaces"
                : "not YAML: " + cut(problem) + "; check indentation, quotes and colons";
    }

    /** The library gives the place of a character that YAML doesn't allow as an index only. */
    private static PlanFaults unreadable(String text, ReaderException e) {
        String before = text.substring(0, Math.min(e.getPosition(), text.length()));
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        int column = before.length() - before.lastIndexOf('\n');
        return new PlanFaults(List.of(new Fault(
                line, column, String.format("the character U+%04X can't stand in YAML; remove it", e.getCodePoint()))));
    }

    private static String cut(String reason) {
        String line = reason.lines().findFirst().orElse("");
        return line.length() <= REASON_LENGTH ? line : line.substring(0, REASON_LENGTH) + "…";
    }

    private static PlanFaults fault(@Nullable Mark at, String message) {
        return new PlanFaults(List.of(
                at == null ? new Fault(1, 1, message) : new Fault(at.getLine() + 1, at.getColumn() + 1, message)));
    }
}
