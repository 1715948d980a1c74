package poppo.bridge.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.RecordKey;

/**
 * One atomic change, as commit.lua takes it: what must still hold, what then happens, and what is read and answered
 * instead when it doesn't hold. Several, each of another record, go in one call.
 */
final class Commit {
    /** A list of more characters is compared by its digest, so that it isn't sent. */
    private static final int MOST_SPELLED = 2000;

    private enum Mode {
        SET,
        REMOVE,
        PLAIN,
        TOUCH;

        private final String word = name().toLowerCase(Locale.ROOT);
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
    private @Nullable String ownKey;
    private boolean expectsAbsent;
    private int size;

    private record Check(Step step, List<String> expected) {}

    Commit(String authority) {
        this.authority = authority;
        metaKey = authority;
        indexKey = authority;
    }

    /**
     * The record that it changes; no two of one call may change the same.
     *
     * @param valueKey where Redis has the record's content
     */
    void about(RecordKey key, String valueKey) {
        record = key;
        ownKey = valueKey;
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

    /** There must be nothing where the record's content stands. */
    void expectAbsent() {
        expectsAbsent = true;
    }

    /** Whatever the command replies must be this text. */
    void check(Step step, String expected) {
        checkRaw(step, "+" + expected);
    }

    void checkList(Step step, List<? extends @Nullable String> expected) {
        List<String> spelled = new ArrayList<>(expected.size() + 1);
        spelled.add("=");
        int length = 0;
        for (String text : expected) {
            if (text == null || length > MOST_SPELLED) {
                checkRaw(step, "#" + Digest.ofList(expected));
                return;
            }
            spelled.add(text);
            length += text.length() + 1;
        }
        check(step, spelled);
    }

    void checkNil(Step step) {
        checkRaw(step, "-");
    }

    void checkAtMost(Step step, long most) {
        checkRaw(step, "<" + most);
    }

    private void checkRaw(Step step, String expected) {
        check(step, List.of(expected));
    }

    private void check(Step step, List<String> expected) {
        checks.add(new Check(step, expected));
        size += size(step) + expected.size();
    }

    void read(Step step) {
        reads.add(step);
        size += size(step);
    }

    void effect(Step step) {
        for (Step part : step.split()) {
            effects.add(part);
            size += size(part);
        }
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
        return size;
    }

    private static int size(Step step) {
        return step.args().size() + 3;
    }

    /** The one call for all of them. */
    static Step call(List<Commit> commits, String sha, long epoch) {
        return new Call(commits.get(0).authority).of(commits, sha, epoch);
    }

    /** Spells commits out as commit.lua takes them: what several have in common is said once, as a form. */
    private static final class Call {
        private static final String OWN = "r";

        private final Map<String, String> places = new HashMap<>();
        private final List<String> keys = new ArrayList<>();
        private final Map<List<String>, String> forms = new LinkedHashMap<>();
        private final List<String> args = new ArrayList<>();

        Call(String authority) {
            place(authority);
        }

        Step of(List<Commit> commits, String sha, long epoch) {
            commits.forEach(this::add);
            List<String> all = new ArrayList<>(5 + keys.size() + forms.size() * 20 + args.size());
            all.add(sha);
            all.add(Integer.toString(keys.size()));
            all.addAll(keys);
            all.add(Long.toString(epoch));
            all.add(Integer.toString(commits.size()));
            all.add(Integer.toString(forms.size()));
            forms.keySet().forEach(all::addAll);
            all.addAll(args);
            return new Step("EVALSHA", null, all);
        }

        private void add(Commit commit) {
            args.add(forms.computeIfAbsent(form(commit), unseen -> Integer.toString(forms.size() + 1)));
            args.add(place(commit.ownKey));
            args.add(commit.metaField);
            for (Check check : commit.checks) {
                args.addAll(check.step.args());
                args.addAll(check.expected);
            }
            commit.reads.forEach(step -> args.addAll(step.args()));
            commit.effects.forEach(step -> args.addAll(step.args()));
        }

        private List<String> form(Commit commit) {
            List<String> form = new ArrayList<>(22);
            form.add(commit.mode.word);
            form.add(place(commit.metaKey));
            form.add(commit.expectedMeta);
            form.add(commit.newHint);
            form.add(place(commit.indexKey));
            form.add(commit.indexMember);
            form.add(commit.expectsAbsent ? "1" : "0");
            form.add(Integer.toString(commit.checks.size()));
            form.add(Integer.toString(commit.reads.size()));
            form.add(Integer.toString(commit.effects.size()));
            for (Check check : commit.checks) {
                add(check.step, commit, form);
                form.add(Integer.toString(check.expected.size()));
            }
            commit.reads.forEach(step -> add(step, commit, form));
            commit.effects.forEach(step -> add(step, commit, form));
            return form;
        }

        private void add(Step step, Commit commit, List<String> form) {
            form.add(step.command());
            form.add(step.key() != null && step.key().equals(commit.ownKey) ? OWN : place(step.key()));
            form.add(Integer.toString(step.args().size()));
        }

        /** Where in KEYS it stands; 0 for none. */
        private String place(@Nullable String key) {
            if (key == null) {
                return "0";
            }
            return places.computeIfAbsent(key, unseen -> {
                keys.add(key);
                return Integer.toString(keys.size());
            });
        }
    }
}
