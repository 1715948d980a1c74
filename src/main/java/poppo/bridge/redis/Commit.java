package poppo.bridge.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.RecordKey;

/**
 * One atomic change, as commit.lua takes it: what must still hold, what then happens, and what is read and answered
 * instead when it doesn't hold. Several, each of another record, go in one call.
 */
final class Commit {
    private enum Mode {
        SET,
        REMOVE,
        PLAIN,
        TOUCH
    }

    private final List<Check> checks = new ArrayList<>();
    private final List<Step> reads = new ArrayList<>();
    private final List<Step> effects = new ArrayList<>();
    private final List<Runnable> followUps = new ArrayList<>();
    private final String authority;
    private @Nullable RecordKey record;
    private Mode mode = Mode.TOUCH;
    private String metaKey;
    private String metaField = "";
    private String expectedMeta = "";
    private String newHint = "";
    private String indexKey;
    private String indexMember = "";
    private @Nullable String absentKey;

    private record Check(Step step, String expected) {}

    Commit(String authority) {
        this.authority = authority;
        metaKey = authority;
        indexKey = authority;
    }

    /** The record that it changes; no two of one call may change the same. */
    void about(RecordKey key) {
        record = key;
    }

    @Nullable
    RecordKey record() {
        return record;
    }

    /** The record's metadata must stand at {@code expected}. */
    void expectMeta(String key, String field, @Nullable String expected) {
        metaKey = key;
        metaField = field;
        expectedMeta = expected == null ? "" : expected;
    }

    /** The record gets a new revision, and this hint if it has metadata. */
    void set(String hint) {
        mode = metaField.isEmpty() ? Mode.PLAIN : Mode.SET;
        newHint = hint;
    }

    /** The record goes, and its metadata with it. */
    void remove() {
        mode = metaField.isEmpty() ? Mode.PLAIN : Mode.REMOVE;
    }

    /** The metadata's hash is listed in {@code key} as {@code member} as long as it exists. */
    void indexed(String key, long member) {
        indexKey = key;
        indexMember = Long.toString(member);
    }

    /** There must be no such key. */
    void expectAbsent(String key) {
        absentKey = key;
    }

    /** Whatever the command replies must be this text. */
    void check(Step step, String expected) {
        checkRaw(step, "+" + expected);
    }

    void checkList(Step step, List<? extends @Nullable String> expected) {
        checkRaw(step, "#" + Digest.ofList(expected));
    }

    void checkNil(Step step) {
        checkRaw(step, "-");
    }

    void checkAtMost(Step step, long most) {
        checkRaw(step, "<" + most);
    }

    private void checkRaw(Step step, String expected) {
        checks.add(new Check(step, expected));
    }

    void read(Step step) {
        reads.add(step);
    }

    void effect(Step step) {
        effects.addAll(step.split());
    }

    /** Runs once it is committed. */
    void whenDone(Runnable followUp) {
        followUps.add(followUp);
    }

    void done() {
        followUps.forEach(Runnable::run);
    }

    boolean isTouch() {
        return mode == Mode.TOUCH;
    }

    /** The metadata value as it is after the commit; null when the record has none then. */
    @Nullable
    String metaAfter(long revision) {
        return mode == Mode.SET ? revision + " " + newHint : null;
    }

    /** How many arguments it takes in a call, about. */
    int size() {
        return Stream.concat(checks.stream().map(Check::step), Stream.concat(reads.stream(), effects.stream()))
                .mapToInt(step -> step.args().size() + 3)
                .sum();
    }

    /** The one call for all of them. */
    static Step call(List<Commit> commits, String sha, long epoch) {
        return new Call(commits.get(0).authority).of(commits, sha, epoch);
    }

    /** Spells commits out as commit.lua takes them. */
    private static final class Call {
        private final Map<String, Integer> keys = new HashMap<>();
        private final List<String> inOrder = new ArrayList<>();
        private final List<String> args = new ArrayList<>();

        Call(String authority) {
            place(authority);
        }

        Step of(List<Commit> commits, String sha, long epoch) {
            args.add(Long.toString(epoch));
            args.add(Integer.toString(commits.size()));
            commits.forEach(this::head);
            commits.forEach(this::steps);
            List<String> all = new ArrayList<>(2 + inOrder.size() + args.size());
            all.add(sha);
            all.add(Integer.toString(inOrder.size()));
            all.addAll(inOrder);
            all.addAll(args);
            return new Step("EVALSHA", null, all);
        }

        private void head(Commit commit) {
            args.add(commit.mode.name().toLowerCase(Locale.ROOT));
            args.add(place(commit.metaKey));
            args.add(commit.metaField);
            args.add(commit.expectedMeta);
            args.add(commit.newHint);
            args.add(place(commit.indexKey));
            args.add(commit.indexMember);
            args.add(place(commit.absentKey));
            args.add(Integer.toString(commit.checks.size()));
            args.add(Integer.toString(commit.reads.size()));
            args.add(Integer.toString(commit.effects.size()));
        }

        private void steps(Commit commit) {
            for (Check check : commit.checks) {
                add(check.step);
                args.add(check.expected);
            }
            commit.reads.forEach(this::add);
            commit.effects.forEach(this::add);
        }

        private void add(Step step) {
            args.add(step.command());
            args.add(place(step.key()));
            args.add(Integer.toString(step.args().size()));
            args.addAll(step.args());
        }

        /** Where in KEYS it stands; 0 for none. */
        private String place(@Nullable String key) {
            if (key == null) {
                return "0";
            }
            int place = keys.computeIfAbsent(key, unseen -> {
                inOrder.add(key);
                return inOrder.size();
            });
            return Integer.toString(place);
        }
    }
}
