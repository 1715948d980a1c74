package poppo.bridge.redis;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;

/**
 * An error as the server words it: a code in capitals, then text. Redis 6.2 wraps what a script's command met
 * ({@code ERR Error running script …: -OOM command not allowed}), later versions don't.
 */
record ErrorReply(String message) {
    private static final Pattern WRAPPED = Pattern.compile("^ERR Error running script.*?-([A-Z]+) ");
    private static final Pattern CODE = Pattern.compile("^([A-Z]+)\\b");

    /** By code, what an operator does about it. The server answers each of these without having changed anything. */
    private static final Map<String, String> REMEDIES = new TreeMap<>(Map.ofEntries(
            Map.entry("LOADING", "it is still loading its data set; wait"),
            Map.entry("OOM", "its memory is full; raise maxmemory"),
            Map.entry("READONLY", "it is a replica; point the URI at the primary"),
            Map.entry("MASTERDOWN", "it is a replica without its primary; point the URI at the primary"),
            Map.entry("CLUSTERDOWN", "the cluster has no quorum; see CLUSTER INFO"),
            Map.entry("MISCONF", "it can't write to its disk; see its log"),
            Map.entry("NOREPLICAS", "too few replicas answer; see min-replicas-to-write"),
            Map.entry("NOAUTH", "it wants a password; put it into the URI"),
            Map.entry("WRONGPASS", "it refuses the user or password of the URI"),
            Map.entry("NOPERM", "its access rules don't allow this; grant the user the bridge's commands"),
            Map.entry("BUSY", "another script keeps it busy; see SCRIPT KILL"),
            Map.entry(
                    "MOVED",
                    "the cluster keeps this key elsewhere; the next probe follows, if the project has a name other than 'default'"),
            Map.entry("ASK", "the cluster is moving the project's slot; wait"),
            Map.entry("TRYAGAIN", "the cluster is moving the project's slot; wait"),
            Map.entry("CROSSSLOT", "in a cluster a project needs a name other than 'default'")));

    String code() {
        Matcher wrapped = WRAPPED.matcher(message);
        if (wrapped.find()) {
            return wrapped.group(1);
        }
        Matcher plain = CODE.matcher(message);
        return plain.find() ? plain.group(1) : "";
    }

    boolean is(String code) {
        return code().equals(code);
    }

    /** What to do about it, or null where only the server's log can tell. */
    @Nullable
    String remedy() {
        return REMEDIES.get(code());
    }

    /** The host and port that a cluster names instead of itself, or null. */
    @Nullable
    String movedTo() {
        String[] words = message.split(" ");
        return is("MOVED") && words.length >= 3 ? words[2] : null;
    }

    /** What it means for the caller of {@code step}. */
    BridgeException toException(String address, Step step, boolean mayHaveEffect) {
        String what = "Redis at " + address + " answered '" + message + "' to " + step.command();
        String remedy = remedy();
        if (remedy != null) {
            return new BridgeException.Unavailable(what + ": " + remedy);
        }
        if (is("WRONGTYPE")) {
            return new BridgeException.Corrupt(what + (step.key() == null ? "" : " " + step.key())
                    + ": the key holds another type than spec/redis-layout.md says; move it away");
        }
        return mayHaveEffect
                ? new BridgeException.UnknownOutcome(what + ": see the server's log", null)
                : new BridgeException.Unavailable(what + ": see the server's log");
    }
}
