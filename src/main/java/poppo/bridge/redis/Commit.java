package poppo.bridge.redis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One atomic change, as commit.lua takes it: what must still hold, what then happens, and what is read and answered
 * instead when it doesn't hold.
 */
final class Commit {
    private enum Mode {
        SET,
        REMOVE,
        PLAIN,
        TOUCH
    }

    private final Map<String, Integer> keys = new LinkedHashMap<>();
    private final List<String> checks = new ArrayList<>();
    private final List<String> reads = new ArrayList<>();
    private final List<String> effects = new ArrayList<>();
    private final List<Runnable> followUps = new ArrayList<>();
    private final String authority;
    private int checkCount;
    private int readCount;
    private int effectCount;
    private Mode mode = Mode.TOUCH;
    private String metaKey;
    private String metaField = "";
    private String expectedMeta = "";
    private String newHint = "";
    private String indexKey;
    private String indexMember = "";

    Commit(String authority) {
        this.authority = authority;
        metaKey = authority;
        indexKey = authority;
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
        write(step, checks);
        checks.add(expected);
        checkCount++;
    }

    void read(Step step) {
        write(step, reads);
        readCount++;
    }

    void effect(Step step) {
        for (Step part : step.split()) {
            write(part, effects);
            effectCount++;
        }
    }

    /** Runs once it is committed. */
    void whenDone(Runnable followUp) {
        followUps.add(followUp);
    }

    void done() {
        followUps.forEach(Runnable::run);
    }

    private void write(Step step, List<String> to) {
        to.add(step.command());
        to.add(step.key() == null ? "0" : Integer.toString(index(step.key())));
        to.add(Integer.toString(step.args().size()));
        to.addAll(step.args());
    }

    /** From 4 on: the first three are fixed. */
    private int index(String key) {
        return keys.computeIfAbsent(key, unseen -> keys.size() + 4);
    }

    boolean isTouch() {
        return mode == Mode.TOUCH;
    }

    /** The metadata value as it is after the commit; null when the record has none then. */
    @Nullable
    String metaAfter(long revision) {
        return mode == Mode.SET ? revision + " " + newHint : null;
    }

    Step toStep(String sha, long epoch) {
        List<String> args = new ArrayList<>();
        args.add(sha);
        args.add(Integer.toString(keys.size() + 3));
        args.add(authority);
        args.add(metaKey);
        args.add(indexKey);
        args.addAll(keys.keySet());
        args.add(Long.toString(epoch));
        args.add(mode.name().toLowerCase(java.util.Locale.ROOT));
        args.add(metaField);
        args.add(expectedMeta);
        args.add(newHint);
        args.add(indexMember);
        args.add(Integer.toString(checkCount));
        args.add(Integer.toString(readCount));
        args.add(Integer.toString(effectCount));
        args.addAll(checks);
        args.addAll(reads);
        args.addAll(effects);
        return new Step("EVALSHA", null, args);
    }
}
