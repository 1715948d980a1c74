package poppo.bridge.redis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Orphan;
import poppo.bridge.state.RecordKey;

/**
 * Finds issues whose holder is dead, from the index of deadlines: O(log N + those due). A deadline is when a holder
 * should be asked for, not proof of its death: whoever is due is looked at itself, and if it lives its deadline moves.
 *
 * <p>What plain clients do beside the index is found as well: an issue they put into processing, by the two counts
 * differing; a heartbeat key they deleted, by looking at a few more issues at each call, in turn.
 */
final class Orphans {
    private static final int SLICE = 64;

    private final Keys keys;
    private final RedisLink link;
    private final Records records;
    private final Committer committer;
    private final Duration ttl;
    private final AtomicLong turn = new AtomicLong();

    Orphans(Keys keys, RedisLink link, Records records, Committer committer, Duration ttl) {
        this.keys = keys;
        this.link = link;
        this.records = records;
        this.committer = committer;
        this.ttl = ttl;
    }

    List<Orphan> find(Instant now) {
        Set<String> suspects = new LinkedHashSet<>();
        List<Stored> candidates = records.readAll(candidates(now, suspects));
        Map<String, Pulse> pulses = pulses(candidates);
        Map<Long, Orphan> found = new TreeMap<>();
        Commit upkeep = new Commit(keys.authority);
        boolean anyUpkeep = false;
        for (Stored candidate : candidates) {
            Orphan orphan = orphan(candidate, pulses, now);
            if (orphan != null) {
                found.put(orphan.issue(), orphan);
            }
            anyUpkeep |= orphan == null && suspects.contains(candidate.key().id()) && settle(candidate, pulses, upkeep);
        }
        if (anyUpkeep) {
            commit(upkeep);
        }
        adopt(candidates, suspects);
        return List.copyOf(found.values());
    }

    /** @param suspects takes those that need more than a look: due, or not in the index */
    private List<RecordKey> candidates(Instant now, Set<String> suspects) {
        String limit = Long.toString(now.toEpochMilli());
        List<@Nullable Object> replies = records.ask(List.of(
                Step.of("ZRANGEBYSCORE", keys.deadlines, "-inf", limit),
                Step.of("ZCARD", keys.deadlines),
                Step.of("SCARD", keys.processing)));
        requireTypes(replies);
        suspects.addAll(Records.flat(replies.get(0)));
        if (!Objects.equals(replies.get(1), replies.get(2))) {
            suspects.addAll(Records.flat(link.read(Step.keyless("ZDIFF", "2", keys.processing, keys.deadlines))));
        }
        Set<String> all = new LinkedHashSet<>(suspects);
        all.addAll(slice((Long) Objects.requireNonNull(replies.get(1))));
        List<RecordKey> wanted = new ArrayList<>(all.size());
        for (String number : all) {
            RecordKey key = issue(number);
            if (key != null) {
                wanted.add(key);
            }
        }
        return wanted;
    }

    private void requireTypes(List<@Nullable Object> replies) {
        for (Object reply : replies) {
            if (reply instanceof ErrorReply error) {
                throw error.toException(link.address(), Step.of("SCARD", keys.processing), false);
            }
        }
    }

    /** A plain client can put anything into a set. */
    static @Nullable RecordKey issue(String member) {
        try {
            return RecordKey.issue(poppo.bridge.state.Limits.issueNumber(member));
        } catch (BridgeException.Invalid e) {
            return null;
        }
    }

    private List<String> slice(long indexed) {
        if (indexed == 0) {
            return List.of();
        }
        long from = Math.floorMod(turn.getAndAdd(SLICE), Math.max(indexed, SLICE));
        Step step = Step.of("ZRANGE", keys.deadlines, Long.toString(from), Long.toString(from + SLICE - 1));
        return Records.flat(link.read(step));
    }

    private Map<String, Pulse> pulses(List<Stored> candidates) {
        Set<String> holders = new LinkedHashSet<>();
        for (Stored candidate : candidates) {
            String holder = Issue.holder(candidate.image());
            if (holder != null) {
                holders.add(holder);
            }
        }
        Map<String, Pulse> pulses = new HashMap<>();
        if (!holders.isEmpty()) {
            records.pulses(List.copyOf(holders)).forEach(pulse -> pulses.put(pulse.processId(), pulse));
        }
        return pulses;
    }

    private @Nullable Orphan orphan(Stored candidate, Map<String, Pulse> pulses, Instant now) {
        if (!Issue.isProcessing(candidate.image())) {
            return null;
        }
        Issue issue = new Issue(Objects.requireNonNull(candidate.image()));
        long number = candidate.key().number();
        Pulse pulse = pulses.get(issue.processId());
        if (pulse == null) {
            return issue.hasFreshHeartbeat(now, ttl) ? null : new Orphan(number, null, issue.lastHeartbeat());
        }
        return pulse.isAlive(now) ? null : new Orphan(number, pulse.processId(), pulse.lastSeen(ttl));
    }

    /** The holder lives, or there is none any more: says so in the index. */
    private boolean settle(Stored candidate, Map<String, Pulse> pulses, Commit upkeep) {
        String number = candidate.key().id();
        if (!Issue.isProcessing(candidate.image())) {
            upkeep.effect(Step.of("ZREM", keys.deadlines, number));
            return true;
        }
        Issue issue = new Issue(Objects.requireNonNull(candidate.image()));
        Pulse pulse = pulses.get(issue.processId());
        long expiry = pulse == null ? expiry(issue) : pulse.expiry();
        String score = expiry == Long.MAX_VALUE ? "+inf" : Long.toString(expiry);
        upkeep.effect(Step.of("ZADD", keys.deadlines, "XX", score, number));
        return true;
    }

    private long expiry(Issue issue) {
        Instant last = issue.lastHeartbeat();
        return last == null ? 0 : SignOfLife.expiry(last, ttl);
    }

    /** Only an index is kept up; if that can't be done now, the next call does it. */
    private void commit(Commit upkeep) {
        try {
            committer.commit(upkeep);
        } catch (BridgeException.Unavailable notNow) {
            return;
        }
    }

    /** Gives what a plain client put into processing its place in the index, as a commit of the record as it is. */
    private void adopt(List<Stored> candidates, Set<String> suspects) {
        for (Stored candidate : candidates) {
            if (candidate.meta() == null
                    && suspects.contains(candidate.key().id())
                    && Issue.isProcessing(candidate.image())) {
                Commit commit = new Commit(keys.authority);
                records.form(candidate.key()).write(candidate, candidate.image(), 0, commit);
                new IssueIndex(keys, ttl).write(candidate, candidate.image(), null, null, commit);
                commit(commit);
            }
        }
    }
}
