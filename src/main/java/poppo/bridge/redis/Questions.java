package poppo.bridge.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Commands of one flush that read. What neighbours ask of the same key is one command for all of them. */
final class Questions {
    private static final Map<String, String> OF_MANY = Map.of("HGET", "HMGET", "ZSCORE", "ZMSCORE");

    private final List<Step> steps = new ArrayList<>();
    /** How many questions each step answers. */
    private final List<Integer> sizes = new ArrayList<>();

    private @Nullable Step last;

    void add(Step step) {
        int at = steps.size() - 1;
        if (last == null || !goTogether(last, step)) {
            steps.add(step);
            sizes.add(1);
        } else if (sizes.get(at) == 1) {
            List<String> args = new ArrayList<>(last.args());
            args.addAll(step.args());
            steps.set(at, new Step(OF_MANY.getOrDefault(step.command(), step.command()), step.key(), args));
            sizes.set(at, 2);
        } else {
            steps.get(at).args().addAll(step.args());
            sizes.set(at, sizes.get(at) + 1);
        }
        last = step;
    }

    private static boolean goTogether(Step one, Step other) {
        return OF_MANY.containsKey(one.command())
                && one.command().equals(other.command())
                && one.key() != null
                && one.key().equals(other.key());
    }

    List<Step> steps() {
        return steps;
    }

    /**
     * The answer to each question; an error is the answer to each that it was asked for.
     *
     * @param replies those to {@link #steps}
     */
    List<@Nullable Object> answers(List<@Nullable Object> replies) {
        List<@Nullable Object> answers = new ArrayList<>();
        for (int i = 0; i < replies.size(); i++) {
            Object reply = replies.get(i);
            boolean isOfMany = sizes.get(i) > 1 && reply instanceof List;
            for (int n = 0; n < sizes.get(i); n++) {
                answers.add(isOfMany ? ((List<?>) reply).get(n) : reply);
            }
        }
        return answers;
    }
}
