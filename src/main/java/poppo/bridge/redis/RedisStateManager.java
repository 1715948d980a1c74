package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Decision.Changed;
import poppo.bridge.state.Decision.Effects;
import poppo.bridge.state.Decision.Refused;
import poppo.bridge.state.Decision.Unchanged;
import poppo.bridge.state.Execution;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Orphan;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.Served;
import poppo.bridge.state.ServerFacts;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/**
 * The state of one project in Redis, in the layout of spec/redis-layout.md.
 *
 * <p>An operation is decided here, on the record as last seen, and committed by one script if the record still stands
 * so; else it is decided again on what the script answered. A usual write is one round trip, and so is a read.
 *
 * <p>Never waits for a server that is gone: a disconnected manager fails at once, until {@link #probe()} has found the
 * server again. Nothing is committed before {@link #fence}, and nothing read or written while the server holds another
 * epoch than the one fenced.
 */
public final class RedisStateManager implements FencedStateManager {
    /** More conflicts in a row than so many mean that a record is fought for, not merely shared. */
    private static final int MOST_ATTEMPTS = 64;

    /** Commits sent in one flush: few enough that the server answers others in between, and within its time-out. */
    private static final int CHUNK = 128;

    /** So many flushes are under way at a time in a copy. */
    private static final int UNDER_WAY = 2;

    private static final int PINGS = 5;

    private final RedisOptions options;
    private final Keys keys;
    private final RedisLink link;
    private final Shapes shapes;
    private final Committer committer;
    private final Records records;
    private final RecordCache cache;
    private final IssueIndex index;
    private final Orphans orphans;
    private final Pages pages;
    private final Turns turns;
    private Runnable beforeCommit = () -> {};

    private RedisStateManager(RedisOptions options, Keys keys, RedisLink link, Committer committer) {
        this.options = options;
        this.keys = keys;
        this.link = link;
        this.committer = committer;
        shapes = new Shapes(keys, link);
        records = new Records(keys, link, committer, shapes);
        cache = new RecordCache(options.cacheSize());
        index = new IssueIndex(keys, options.heartbeatTtl());
        orphans = new Orphans(keys, link, records, committer, options.heartbeatTtl());
        pages = new Pages(keys, link, records);
        turns = new Turns(options.commandTimeout());
    }

    /**
     * A manager of that project. Connects if the server can be reached; if it can't, the manager is there all the same,
     * fails fast, and connects at the first {@link #probe()} that succeeds.
     */
    public static RedisStateManager connect(RedisOptions options) {
        Keys keys = new Keys(options.prefix());
        RedisLink link = new RedisLink(options, Step.of("HGET", keys.authority, "epoch"));
        RedisStateManager manager = new RedisStateManager(options, keys, link, new Committer(keys, link));
        try {
            manager.link.reconnect(manager::forget);
        } catch (BridgeException.Unavailable later) {
            return manager;
        }
        return manager;
    }

    /** Called between reading and committing, so that a test can make a race happen. */
    void onCommit(Runnable hook) {
        beforeCommit = hook;
    }

    @Override
    public Execution execute(Operation operation, Stamp stamp) {
        return guarded(() -> turns.take(operation.key(), () -> decideAndKeep(operation, stamp)));
    }

    private Execution decideAndKeep(Operation operation, Stamp stamp) {
        RecordKey key = operation.key();
        Basis basis = basis(key);
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            Asked asked = new Asked(basis.pulse, stamp.now());
            Decision decision = operation.decide(basis.record.image(), asked::isAlive, stamp);
            if (asked.unanswered != null) {
                basis = readBasis(key, asked.unanswered);
            } else if (basis.cached && !isProvedByCommit(decision)) {
                basis = readBasis(key, null);
            } else {
                Stored moved = keep(basis, decision, stamp);
                if (moved == null) {
                    return Execution.of(key, decision, basis.record.image(), Served.REDIS);
                }
                basis = new Basis(moved, null, false);
            }
        }
        throw new BridgeException.Unavailable(key + " was changed by others " + MOST_ATTEMPTS
                + " times in Redis while it was to be changed; try again");
    }

    /** What a decision is made on. */
    private record Basis(Stored record, @Nullable Pulse pulse, boolean cached) {}

    private Basis basis(RecordKey key) {
        Stored known = cache.get(key);
        return known == null ? readBasis(key, null) : new Basis(known, null, true);
    }

    private Basis readBasis(RecordKey key, @Nullable String processId) {
        Records.Reading reading = records.read(key, processId);
        cache.put(reading.record());
        return new Basis(reading.record(), reading.pulse(), false);
    }

    /** Answers for the one process it knows of, and notes when it was asked for another. */
    private final class Asked {
        private final @Nullable Pulse pulse;
        private final Instant now;
        private @Nullable String unanswered;

        Asked(@Nullable Pulse pulse, Instant now) {
            this.pulse = pulse;
            this.now = now;
        }

        boolean isAlive(Issue issue) {
            String holder = issue.processId();
            if (holder == null) {
                return issue.hasFreshHeartbeat(now, options.heartbeatTtl());
            }
            if (pulse == null || !pulse.processId().equals(holder)) {
                unanswered = holder;
                return true;
            }
            return pulse.isAlive(now);
        }
    }

    /** Whether a commit will show that what was decided on still stood. */
    private static boolean isProvedByCommit(Decision decision) {
        return decision instanceof Changed
                || (decision instanceof Unchanged && decision.effects().aliveProcess() != null);
    }

    /** Commits a decision. Returns null, or the record as it now stands if that is not what was decided on. */
    private @Nullable Stored keep(Basis basis, Decision decision, Stamp stamp) {
        if (decision instanceof Refused || !isProvedByCommit(decision)) {
            return null;
        }
        Commit commit = new Commit(keys.authority);
        Effects effects = decision.effects();
        SignOfLife sign = SignOfLife.of(effects.aliveProcess(), stamp.now(), options.heartbeatTtl());
        if (effects.assumedDead() != null && basis.pulse != null) {
            basis.pulse.expectNoSignSince(keys, commit);
        }
        Stored before = basis.record;
        records.form(before.key()).tellIfMoved(before.key(), commit);
        if (decision instanceof Changed changed) {
            List<String> content =
                    write(before, changed.after(), order(before, stamp.order()), sign, stamp.time(), commit);
            return commit(commit, before, changed.after(), content, order(before, stamp.order()));
        }
        records.form(before.key()).expect(before, commit);
        Objects.requireNonNull(sign).write(keys, commit);
        return commit(commit, before, before.image(), before.content(), before.order());
    }

    /** A record keeps its place. */
    private static long order(Stored before, long fresh) {
        return before.image() == null ? fresh : before.order();
    }

    private List<String> write(
            Stored before,
            @Nullable JsonNode after,
            long order,
            @Nullable SignOfLife sign,
            @Nullable String time,
            Commit commit) {
        List<String> content = records.form(before.key()).write(before, after, order, commit);
        if (sign != null) {
            sign.write(keys, commit);
        }
        if (before.key().collection() == StateCollection.ISSUES) {
            index.write(before, after, sign, time, commit);
        }
        return content;
    }

    private @Nullable Stored commit(
            Commit commit, Stored before, @Nullable JsonNode after, List<String> content, long order) {
        beforeCommit.run();
        return settle(commit, committer.commit(commit), before, after, content, order);
    }

    /** Remembers what a commit left, or what it met instead; returns the latter. */
    private @Nullable Stored settle(
            Commit commit,
            Committer.Answer answer,
            Stored before,
            @Nullable JsonNode after,
            List<String> content,
            long order) {
        if (answer instanceof Committer.Conflict conflict) {
            Stored current = records.current(before.key(), conflict);
            cache.remove(before.key());
            cache.put(current);
            return current;
        }
        cache.put(kept(commit, (Committer.Done) answer, before, after, content, order));
        return null;
    }

    private static Stored kept(
            Commit commit,
            Committer.Done done,
            Stored before,
            @Nullable JsonNode after,
            List<String> content,
            long order) {
        String meta = commit.isTouch() ? before.meta() : commit.metaAfter(done.revision());
        return new Stored(before.key(), meta, content, false, after, order);
    }

    @Override
    public Versioned read(RecordKey key) {
        return guarded(() -> {
            Stored stored = records.read(key);
            cache.put(stored);
            return stored.toVersioned();
        });
    }

    @Override
    public List<Versioned> readAll(List<RecordKey> wanted) {
        return guarded(() -> versioned(records.readAll(wanted)));
    }

    private static List<Versioned> versioned(List<Stored> records) {
        return records.stream().map(Stored::toVersioned).toList();
    }

    @Override
    public List<Boolean> replaceAll(List<Replacement> replacements) {
        return guarded(() -> {
            List<Boolean> written = new ArrayList<>(replacements.size());
            Deque<Copying> underWay = new ArrayDeque<>(UNDER_WAY);
            try {
                for (int from = 0; from < replacements.size(); from += CHUNK) {
                    if (underWay.size() == UNDER_WAY) {
                        written.addAll(underWay.remove().written());
                    }
                    underWay.add(copy(replacements.subList(from, Math.min(from + CHUNK, replacements.size()))));
                }
                while (!underWay.isEmpty()) {
                    written.addAll(underWay.remove().written());
                }
            } catch (RuntimeException e) {
                underWay.forEach(copying -> copying.settleBeside(e));
                throw e;
            }
            return written;
        });
    }

    private Copying copy(List<Replacement> chunk) {
        List<Stored> standing = standing(chunk);
        List<@Nullable Transfer> transfers = new ArrayList<>(chunk.size());
        List<Commit> commits = new ArrayList<>(chunk.size());
        for (int i = 0; i < chunk.size(); i++) {
            boolean stands = standing.get(i).version().equals(chunk.get(i).expectedVersion());
            Transfer transfer = stands ? transfer(chunk.get(i), standing.get(i)) : null;
            transfers.add(transfer);
            if (transfer != null) {
                commits.add(transfer.commit);
            }
        }
        beforeCommit.run();
        return new Copying(transfers, commits.isEmpty() ? null : committer.begin(commits));
    }

    /** Replacements under way, null where one was refused without asking. */
    private final class Copying {
        private final List<@Nullable Transfer> transfers;
        private final Committer.@Nullable Sent sent;

        Copying(List<@Nullable Transfer> transfers, Committer.@Nullable Sent sent) {
            this.transfers = transfers;
            this.sent = sent;
        }

        List<Boolean> written() {
            Iterator<Committer.Answer> answers =
                    (sent == null ? List.<Committer.Answer>of() : sent.answers()).iterator();
            List<Boolean> written = new ArrayList<>(transfers.size());
            for (Transfer transfer : transfers) {
                written.add(transfer != null && settle(transfer, answers.next()));
            }
            return written;
        }

        /** What was begun before another one failed takes its effect while the caller waits, and not later. */
        void settleBeside(RuntimeException failure) {
            try {
                written();
            } catch (RuntimeException alsoFailed) {
                failure.addSuppressed(alsoFailed);
            }
        }
    }

    /** The records to be replaced: as remembered where that is the version expected, else as they stand. */
    private List<Stored> standing(List<Replacement> chunk) {
        List<Stored> standing = new ArrayList<>(chunk.size());
        List<RecordKey> unknown = new ArrayList<>();
        for (Replacement replacement : chunk) {
            Stored cached = cache.get(replacement.key());
            if (Stored.isAbsent(replacement.expectedVersion())) {
                standing.add(Stored.absent(replacement.key()));
            } else if (cached != null && cached.version().equals(replacement.expectedVersion())) {
                standing.add(cached);
            } else {
                standing.add(null);
                unknown.add(replacement.key());
            }
        }
        Iterator<Stored> read = records.readAll(unknown).iterator();
        standing.replaceAll(known -> known == null ? read.next() : known);
        return standing;
    }

    private record Transfer(Replacement replacement, Stored before, Commit commit, List<String> content, long order) {}

    private Transfer transfer(Replacement replacement, Stored before) {
        JsonNode after = replacement.image();
        boolean isProcess = replacement.key().collection() == StateCollection.PROCESSES;
        String heardOf = isProcess ? replacement.key().id() : Issue.holder(after);
        SignOfLife sign = SignOfLife.of(heardOf, replacement.holderSeen(), options.heartbeatTtl());
        long order = order(before, replacement.order());
        Commit commit = new Commit(keys.authority);
        String time = after == null ? null : after.path(Issue.LAST_UPDATED).textValue();
        List<String> content = write(before, after, order, sign, time, commit);
        return new Transfer(replacement, before, commit, content, order);
    }

    /** A copy of many records leaves those remembered that workers use. */
    private boolean settle(Transfer transfer, Committer.Answer answer) {
        RecordKey key = transfer.replacement.key();
        if (answer instanceof Committer.Done done) {
            JsonNode after = transfer.replacement.image();
            cache.refresh(
                    key, () -> kept(transfer.commit, done, transfer.before, after, transfer.content, transfer.order));
            return true;
        }
        cache.remove(key);
        return false;
    }

    @Override
    public List<Versioned> page(StateCollection collection, @Nullable String after, int limit) {
        return guarded(() -> versioned(pages.page(collection, after, limit)));
    }

    @Override
    public long count(StateCollection collection) {
        return guarded(() -> pages.count(collection));
    }

    @Override
    public List<Long> processing() {
        return guarded(() -> {
            List<String> members = members(keys.processing);
            List<Step> statuses = new ArrayList<>(members.size());
            members.forEach(number -> statuses.add(Step.of("HGET", keys.issue(number), Issue.STATUS)));
            List<Long> numbers = new ArrayList<>(members.size());
            for (int from = 0; from < statuses.size(); from += CHUNK) {
                List<@Nullable Object> replies =
                        link.read(statuses.subList(from, Math.min(from + CHUNK, statuses.size())));
                for (int i = 0; i < replies.size(); i++) {
                    if (Issue.PROCESSING.equals(replies.get(i))) {
                        numbers.add(Long.parseLong(members.get(from + i)));
                    }
                }
            }
            numbers.sort(null);
            return numbers;
        });
    }

    /** Issue numbers; what else a plain client may have put there is none of ours. */
    private List<String> members(String key) {
        Step step = Step.of("SMEMBERS", key);
        Object reply = records.ask(step);
        if (reply instanceof ErrorReply error) {
            throw error.toException(link.address(), step, false);
        }
        List<String> numbers = new ArrayList<>(Records.flat(reply));
        numbers.removeIf(number -> Orphans.issue(number) == null);
        return numbers;
    }

    @Override
    public List<Long> heldBy(String processId) {
        return guarded(() -> {
            List<RecordKey> held = new ArrayList<>();
            members(keys.held(processId)).forEach(number -> held.add(RecordKey.issue(Long.parseLong(number))));
            return records.readAll(held).stream()
                    .filter(record -> processId.equals(Issue.holder(record.image())))
                    .map(record -> record.key().number())
                    .sorted()
                    .toList();
        });
    }

    @Override
    public Optional<Instant> lastSeen(String processId, Instant now) {
        return guarded(() -> lastSeen(records.pulses(List.of(processId)).get(0), now));
    }

    @Override
    public Map<String, Instant> lastSeenAll(Collection<String> processIds, Instant now) {
        return guarded(() -> {
            Map<String, Instant> seen = new HashMap<>();
            for (Pulse pulse : records.pulses(List.copyOf(processIds))) {
                lastSeen(pulse, now).ifPresent(at -> seen.put(pulse.processId(), at));
            }
            return seen;
        });
    }

    private Optional<Instant> lastSeen(Pulse pulse, Instant now) {
        if (!pulse.isAlive(now)) {
            return Optional.empty();
        }
        Instant seen = pulse.lastSeen(options.heartbeatTtl());
        return Optional.of(seen == null ? now : seen);
    }

    @Override
    public List<Orphan> orphans(Instant now) {
        return guarded(() -> orphans.find(now));
    }

    @Override
    public Server probe() {
        Map<String, String> server = link.reconnect(this::forget);
        Step read = Step.of("HMGET", keys.authority, "epoch", "revision");
        Object reply = link.ask(read);
        if (reply instanceof ErrorReply error) {
            throw error.toException(link.address(), read, false);
        }
        List<?> authority = (List<?>) Objects.requireNonNull(reply);
        String epoch = (String) authority.get(0);
        String revision = (String) authority.get(1);
        return new Server(
                server.getOrDefault("run_id", ""),
                server.getOrDefault("redis_version", ""),
                epoch == null ? null : Long.valueOf(epoch),
                revision == null ? 0 : Long.parseLong(revision));
    }

    @Override
    public void fence(@Nullable Long seen, long epoch) {
        guarded(() -> {
            committer.fence(seen, epoch);
            return epoch;
        });
        forget();
    }

    @Override
    public List<RecordKey> unlisted(Collection<StateCollection> collections) {
        return guarded(() -> new Unlisted(keys, link, records, pages).find(collections));
    }

    @Override
    public boolean hasMetadata(RecordKey key) {
        return records.form(key).hasMeta()
                && guarded(() -> records.ask(Step.of("HGET", keys.meta(key), key.id()))) instanceof String;
    }

    @Override
    public List<RecordKey> keys(StateCollection collection) {
        return guarded(() -> pages.keys(collection));
    }

    @Override
    public @Nullable JsonNode roundTrip(RecordKey key, JsonNode image) {
        Commit never = new Commit(keys.authority);
        Form form = records.form(key);
        List<String> content = form.write(Stored.absent(key), image, 1, never);
        String meta = never.metaAfter(1);
        // Under an empty name no metadata can stand, and with it the record's place would be lost.
        return form.hasMeta() && meta == null ? null : records.decode(key, meta, content);
    }

    @Override
    public StateManager scratch() {
        return new RedisStateManager(options.withCacheSize(0), keys.scratch(), link, committer);
    }

    @Override
    public Losses losses() {
        Map<String, String> info = link.info("stats");
        Object expired = guarded(() -> records.ask(Step.of(
                "ZCOUNT", keys.heartbeats, "-inf", Long.toString(Pulse.millis(link.ask(Step.keyless("TIME")))))));
        return new Losses(
                number(info, "evicted_keys"), number(info, "expired_keys"), expired instanceof Long count ? count : 0);
    }

    /**
     * Everything under the project's prefix as a plain client reads it: by the key's name without the prefix, its type and
     * value. See {@link Content} for what is left out. Goes through all keys; for a project at rest.
     */
    public SortedMap<String, JsonNode> content() {
        return guarded(() -> new Content(options.prefix(), keys, link).read());
    }

    /**
     * Removes everything under the project's prefix.
     *
     * @throws BridgeException.Invalid for the project {@code default}, which has none
     */
    public void removeProject() {
        if (options.prefix().isEmpty()) {
            throw new BridgeException.Invalid("project", "the project 'default' has no prefix to remove by");
        }
        guarded(() -> {
            new Content(options.prefix(), keys, link).remove();
            return true;
        });
        forget();
    }

    @Override
    public long acknowledged() {
        return committer.acknowledged();
    }

    @Override
    public String absentVersion() {
        return Stored.absent(RecordKey.LAST_RUN).version();
    }

    /** What was remembered may be of another server, or another life of this one. */
    private void forget() {
        cache.clear();
        shapes.forget();
    }

    /** After a doubt nothing is believed that isn't read again. */
    private <T> T guarded(Supplier<T> work) {
        try {
            return work.get();
        } catch (BridgeException.UnknownOutcome | BridgeException.Fenced e) {
            forget();
            throw e;
        }
    }

    /** The server's settings whose names match {@code pattern}; empty where it doesn't tell them. */
    private Map<String, String> config(String pattern) {
        Map<String, String> settings = new HashMap<>();
        try {
            List<String> pairs = Records.flat(link.ask(Step.keyless("CONFIG", "GET", pattern)));
            for (int i = 0; i + 1 < pairs.size(); i += 2) {
                settings.put(pairs.get(i), pairs.get(i + 1));
            }
        } catch (BridgeException.Unavailable forbidden) {
            return settings;
        }
        return settings;
    }

    @Override
    public ServerFacts facts() {
        Map<String, String> info = new HashMap<>(link.info("server"));
        info.putAll(link.info("replication"));
        info.putAll(link.info("memory"));
        info.putAll(link.info("persistence"));
        return new ServerFacts(
                info.getOrDefault("redis_version", ""),
                info.getOrDefault("run_id", ""),
                info.getOrDefault("role", ""),
                number(info, "connected_slaves"),
                number(config("min-replicas-to-write"), "min-replicas-to-write"),
                number(info, "maxmemory"),
                info.getOrDefault("maxmemory_policy", ""),
                "1".equals(info.get("aof_enabled")),
                config("appendfsync").get("appendfsync"),
                "ok".equals(info.get("aof_last_write_status")),
                "ok".equals(info.get("rdb_last_bgsave_status")),
                number(info, "used_memory"),
                !"0".equals(info.get("loading")),
                pingMicros(),
                Pulse.millis(link.ask(Step.keyless("TIME"))));
    }

    private static long number(Map<String, String> info, String field) {
        return Long.parseLong(info.getOrDefault(field, "0"));
    }

    private long pingMicros() {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < PINGS; i++) {
            long start = System.nanoTime();
            link.ask(Step.keyless("PING"));
            best = Math.min(best, System.nanoTime() - start);
        }
        return TimeUnit.NANOSECONDS.toMicros(best);
    }

    @Override
    public void close() {
        link.close();
    }
}
