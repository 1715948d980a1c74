package poppo.bridge.redis;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.RecordKey;

/** Sends commits under the epoch that was fenced last, and says what became of each. */
final class Committer {
    private static final long NONE = 0;

    /** As many as share a hash of metadata; less than a millisecond of the server's time. */
    private static final int MOST_IN_A_CALL = 64;

    private static final int MOST_ARGUMENTS = 4000;

    private final Keys keys;
    private final RedisLink link;
    private final AtomicLong acknowledged = new AtomicLong();
    private volatile long epoch = NONE;
    /** The epoch that a fence is about to put in place, or has; never below {@link #epoch}. */
    private volatile long fencing = NONE;

    Committer(Keys keys, RedisLink link) {
        this.keys = keys;
        this.link = link;
    }

    /** What became of a commit. */
    sealed interface Answer {}

    /** It is committed, as this revision of the project. */
    record Done(long revision) implements Answer {}

    /**
     * Something had moved; nothing was written.
     *
     * @param current metadata and content as they stand; null where they could not be read
     */
    record Conflict(@Nullable List<?> current) implements Answer {}

    /**
     * @throws BridgeException.Fenced when the server holds another epoch, or none
     * @throws BridgeException.UnknownOutcome when no answer came
     */
    Answer commit(Commit commit) {
        return commitAll(List.of(commit)).get(0);
    }

    /**
     * In one flush, each of its own. Those of different records share calls of the script, none so long that others
     * wait for it.
     */
    List<Answer> commitAll(List<Commit> commits) {
        return begin(commits).answers();
    }

    /** As {@link #commitAll}, but the answers are awaited later. */
    Sent begin(List<Commit> commits) {
        long current = epoch;
        if (current == NONE) {
            throw new BridgeException.Fenced("no epoch is fenced at Redis " + link.address() + ": call fence first");
        }
        List<List<Commit>> calls = calls(commits);
        List<Step> steps = new ArrayList<>(calls.size());
        for (List<Commit> call : calls) {
            steps.add(Commit.call(call, Script.COMMIT.sha(), current));
        }
        return new Sent(calls, steps, link.beginWrite(steps));
    }

    /** Commits under way. */
    final class Sent {
        private final List<List<Commit>> calls;
        private final List<Step> steps;
        private final RedisLink.Exchange exchange;

        private Sent(List<List<Commit>> calls, List<Step> steps, RedisLink.Exchange exchange) {
            this.calls = calls;
            this.steps = steps;
            this.exchange = exchange;
        }

        /** Waits for what became of each; as {@link #commitAll}. To be called once. */
        List<Answer> answers() {
            List<@Nullable Object> replies = repeated(Script.COMMIT, steps, exchange.replies(), link::write);
            List<Answer> answers = new ArrayList<>();
            for (int i = 0; i < steps.size(); i++) {
                List<?> each = Committer.this.answers(replies.get(i), steps.get(i));
                for (int n = 0; n < each.size(); n++) {
                    answers.add(answer(calls.get(i).get(n), each.get(n)));
                }
            }
            return answers;
        }
    }

    private static List<List<Commit>> calls(List<Commit> commits) {
        List<List<Commit>> calls = new ArrayList<>();
        List<Commit> call = new ArrayList<>();
        Set<@Nullable RecordKey> records = new HashSet<>();
        int size = 0;
        for (Commit commit : commits) {
            boolean fits = call.size() < MOST_IN_A_CALL && size + commit.size() <= MOST_ARGUMENTS;
            if (!call.isEmpty() && (!fits || records.contains(commit.record()))) {
                calls.add(call);
                call = new ArrayList<>();
                records.clear();
                size = 0;
            }
            call.add(commit);
            records.add(commit.record());
            size += commit.size();
        }
        if (!call.isEmpty()) {
            calls.add(call);
        }
        return calls;
    }

    /** Sends those again that the server didn't know the script for, with the script. */
    private List<@Nullable Object> repeated(
            Script script,
            List<Step> steps,
            List<@Nullable Object> replies,
            Function<List<Step>, List<@Nullable Object>> send) {
        List<Integer> unknown = new ArrayList<>();
        for (int i = 0; i < replies.size(); i++) {
            if (replies.get(i) instanceof ErrorReply error && error.is("NOSCRIPT")) {
                unknown.add(i);
            }
        }
        if (unknown.isEmpty()) {
            return replies;
        }
        link.ask(Step.keyless("SCRIPT", "LOAD", script.text()));
        List<@Nullable Object> again =
                send.apply(unknown.stream().map(steps::get).toList());
        for (int i = 0; i < again.size(); i++) {
            replies.set(unknown.get(i), again.get(i));
        }
        return replies;
    }

    /** What the script answered to each commit of a call. */
    private List<?> answers(@Nullable Object reply, Step step) {
        if (reply instanceof ErrorReply error) {
            throw error.toException(link.address(), step, false);
        }
        if (!(reply instanceof List<?> parts) || parts.isEmpty()) {
            throw unexpected(reply);
        }
        if ("fenced".equals(parts.get(0))) {
            throw fenced(String.valueOf(parts.get(1)));
        }
        return parts;
    }

    private Answer answer(Commit commit, @Nullable Object answer) {
        if (answer instanceof Long revision) {
            return done(commit, revision);
        }
        if (!(answer instanceof List<?> parts)) {
            throw unexpected(answer);
        }
        return switch (String.valueOf(parts.get(0))) {
            case "conflict" -> new Conflict(parts.size() == 1 ? null : parts.subList(1, parts.size()));
            case "wrongtype" ->
                throw new BridgeException.Corrupt("Redis key " + parts.get(1) + " is a " + parts.get(2)
                        + ", which spec/redis-layout.md doesn't allow; move it away");
            default -> throw unexpected(answer);
        };
    }

    private static IllegalStateException unexpected(@Nullable Object reply) {
        return new IllegalStateException("the script answered " + reply);
    }

    private Done done(Commit commit, long revision) {
        acknowledged.accumulateAndGet(revision, Math::max);
        commit.done();
        return new Done(revision);
    }

    /** See {@link poppo.bridge.state.FencedStateManager#acknowledged}. */
    long acknowledged() {
        return acknowledged.get();
    }

    private BridgeException.Fenced fenced(String held) {
        return new BridgeException.Fenced("Redis at " + link.address() + " holds "
                + (held.isEmpty() ? "no epoch" : "epoch " + held) + ", but we write under " + epoch
                + ": probe it before it is believed again");
    }

    /** See {@link poppo.bridge.state.FencedStateManager#fence}. */
    synchronized void fence(@Nullable Long seen, long newEpoch) {
        fencing = Math.max(epoch, newEpoch);
        try {
            raise(seen, newEpoch);
            epoch = newEpoch;
            acknowledged.set(0);
        } finally {
            fencing = epoch;
        }
    }

    private void raise(@Nullable Long seen, long newEpoch) {
        Step step = new Step(
                "EVALSHA",
                null,
                List.of(
                        Script.FENCE.sha(),
                        "1",
                        keys.authority,
                        seen == null ? "" : seen.toString(),
                        Long.toString(newEpoch)));
        long connection = link.number();
        List<Step> steps = List.of(step);
        Object reply = repeated(Script.FENCE, steps, link.writeUnbound(steps), link::writeUnbound)
                .get(0);
        if (reply instanceof List<?> parts && "fenced".equals(parts.get(0))) {
            String held = String.valueOf(parts.get(1));
            throw new BridgeException.Fenced("Redis at " + link.address() + " holds "
                    + (held.isEmpty() ? "no epoch" : "epoch " + held) + " by now instead of "
                    + (seen == null ? "none" : seen) + ": it lost its state, or another bridge has taken over");
        }
        if (reply instanceof ErrorReply error) {
            throw error.toException(link.address(), step, false);
        }
        if (link.number() != connection) {
            throw new BridgeException.Unavailable(
                    "the connection to Redis at " + link.address() + " was lost while it was fenced; try again");
        }
        link.bind(connection);
    }

    /** What a read adds to its commands, to be sure that it is this project's present data that it sees. */
    EpochCheck epochCheck() {
        return new EpochCheck(epoch);
    }

    /** One read's check. A fence of our own may come between the read and its answer: both epochs are ours then. */
    final class EpochCheck {
        private final long since;

        private EpochCheck(long since) {
            this.since = since;
        }

        Step step() {
            return Step.of("HGET", keys.authority, "epoch");
        }

        /** @param held the reply to {@link #step} */
        void require(@Nullable Object held) {
            if (held instanceof ErrorReply error) {
                throw error.toException(link.address(), step(), false);
            }
            if (since == NONE) {
                return;
            }
            long there = held == null ? NONE : Long.parseLong(held.toString());
            if (there < since || there > fencing) {
                throw fenced(held == null ? "" : held.toString());
            }
        }
    }
}
