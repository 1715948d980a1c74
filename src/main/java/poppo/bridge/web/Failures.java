package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.migration.GateFailed;
import poppo.bridge.plan.PlanFaults;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/** Turns what was thrown into an answer. What nobody foresaw is logged whole, and told the caller without details. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    /** An absolute path: its root, its first name, the rest of its directories, its last name. */
    private static final Pattern PATH =
            Pattern.compile("(?<![\\w:/.\\\\])([A-Za-z]:)?[\\\\/]([^\\s\\\\/:'\"]+)([\\\\/][^\\s\\\\/:'\"]+)*[\\\\/]?");

    private Failures() {}

    static Answer answer(Throwable thrown) {
        if (thrown instanceof Refusal refusal) {
            return Answer.problem(refusal.problem(), false);
        }
        if (thrown instanceof MalformedJsonException malformed) {
            return Answer.problem(Problem.invalid("body", "is not JSON: " + malformed.getMessage()), false);
        }
        if (thrown instanceof BridgeException expected) {
            return expected(expected);
        }
        LOG.error("A call failed in a way nobody foresaw", thrown);
        String detail = "The bridge failed; its log says how. Whether anything was written is not known";
        return Answer.unknown(Problem.of(500, "internal-error", "An error of the bridge", detail));
    }

    private static Answer expected(BridgeException e) {
        String message = withoutDirectories(String.valueOf(e.getMessage()));
        if (e instanceof BridgeException.Invalid invalid) {
            String why = message.startsWith(invalid.field() + ": ")
                    ? message.substring(invalid.field().length() + 2)
                    : message;
            return Answer.problem(Problem.invalid(invalid.field(), why), false);
        }
        if (e instanceof PlanFaults plan) {
            return Answer.problem(Problem.invalid("plan", message).with("faults", faults(plan)), false);
        }
        if (e instanceof GateFailed failed) {
            return Answer.problem(conflict(failed.code(), message).with("gates", gates(failed)), false);
        }
        if (e instanceof BridgeException.Conflict conflict) {
            return Answer.problem(conflict(conflict.code(), message), false);
        }
        if (e instanceof BridgeException.IllegalPhase) {
            return Answer.problem(conflict("illegal-phase", message), false);
        }
        if (e instanceof BridgeException.Corrupt) {
            LOG.error("What is stored can't be understood: {}", e.getMessage());
            return Answer.problem(
                    Problem.of(500, "corrupt-state", "What is stored can't be understood", message), false);
        }
        return notDone(e, message);
    }

    private static Answer notDone(BridgeException e, String message) {
        if (e instanceof BridgeException.UnknownOutcome) {
            return Answer.unknown(
                    unknown(message + ". The write may have happened: read the record before trying again"));
        }
        if (e instanceof HalfDone) {
            return Answer.unknown(unknown(message));
        }
        return Answer.problem(Problem.unavailable(message), false);
    }

    private static Problem conflict(String code, String message) {
        return Problem.of(409, code, "It doesn't fit what is going on", message);
    }

    static Problem unknown(String detail) {
        return Problem.of(503, "unknown-outcome", "The write may have happened", detail);
    }

    private static ArrayNode faults(PlanFaults plan) {
        ArrayNode faults = Json.array();
        plan.faults().forEach(fault -> faults.add(fault.toJson()));
        return faults;
    }

    private static ArrayNode gates(GateFailed failed) {
        ArrayNode gates = Json.array();
        failed.gates().forEach(gate -> gates.add(gate.toJson()));
        return gates;
    }

    /** Leaves of every absolute path its last name. A JSON pointer isn't one: nothing at the root is called so. */
    static String withoutDirectories(String message) {
        return PATH.matcher(message).replaceAll(path -> {
            boolean real = path.group(1) != null || Files.exists(Path.of("/", path.group(2)));
            String last = path.group(3) == null ? path.group(2) : path.group(3).substring(1);
            return Matcher.quoteReplacement(real ? last : path.group());
        });
    }
}
