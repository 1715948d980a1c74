package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.machine.Waits;
import poppo.bridge.shadow.CarryOver.Tally;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.FencedStateManager.Server;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;

/**
 * Takes the belief from Redis when it fails, and gives it back when everything it missed has been carried over and
 * verified.
 *
 * <p>The fail-over needs no stop: a record's operations are in order, and each acknowledged one is in the files. The
 * return goes: probe → fence (epoch up, late writers of the old epoch are refused) → carry over while work goes on →
 * gate → carry over the rest → believe.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    /** So few dirty records may be left for the part of the return that holds everybody up. */
    private static final int FEW = 4;

    private static final int ROUNDS = 10;

    private final Project project;
    private final CarryOver carryOver;
    private final ShadowOptions options;
    private final Breaker breaker;
    private final Waits waits;
    private final ReentrantLock returning = new ReentrantLock();
    private volatile @Nullable String trustedRunId;

    /** Whether a belief is a return: it was there before, in this bridge or the one that left the phase. Under the lock. */
    private boolean wasBelieved;

    private volatile Instant nextTry = Instant.MIN;
    private volatile Instant believedSince = Instant.MIN;
    private volatile Duration pause;
    private final LongAdder failOvers = new LongAdder();
    private final LongAdder returns = new LongAdder();

    Recovery(Project project, CarryOver carryOver, ShadowOptions options, Waits waits) {
        this.waits = waits;
        this.project = project;
        this.carryOver = carryOver;
        this.options = options;
        this.breaker = new Breaker(options, this::failOver);
        this.pause = options.firstRetry();
    }

    Breaker breaker() {
        return breaker;
    }

    long failOvers() {
        return failOvers.sum();
    }

    long returns() {
        return returns.sum();
    }

    /** When Redis is tried next. */
    Instant nextTry() {
        return nextTry;
    }

    /** As {@link #nextTry}, for people: null while Redis is believed, and when it is due at once. */
    @Nullable
    Instant announcedTry() {
        Instant next = nextTry;
        return project.standing().believed() || next.equals(Instant.MIN) ? null : next;
    }

    /** Redis is not believed from here on. Without effect when it isn't already. */
    private void failOver(String reason) {
        long start = System.nanoTime();
        Instant now = now();
        Standing before = project.standing();
        if (!before.believed()) {
            nextTry = now.plus(pause);
            return;
        }
        // One that fails again soon after its return is tried again ever later.
        boolean flaps = now.isBefore(believedSince.plus(options.lastRetry()));
        pause = flaps ? longer(pause) : options.firstRetry();
        nextTry = now.plus(pause);
        if (filesTakeOver(before)) {
            grantGrace(now);
        }
        try {
            project.force(s -> filesTakeOver(s) ? s.believing(false).withEpoch(s.epoch() + 1) : s.believing(false));
        } catch (BridgeException.Unavailable e) {
            LOG.error("The fail-over is in force but could not be written down: {}", e.getMessage());
        }
        failOvers.increment();
        ObjectNode details = Json.object();
        details.put("phase", before.phase().label());
        details.set("epoch", Json.number(project.standing().epoch()));
        details.put("authority", project.standing().authority().label());
        details.set("fencedAfterMillis", millisSince(start));
        drainJournal(details);
        details.set("tookMillis", millisSince(start));
        project.audit.note("fail-over", reason, details);
    }

    /** The files' memory has everything already; what can't be written now is tried again before a record is touched. */
    private void drainJournal(ObjectNode details) {
        try {
            project.files.drain();
        } catch (BridgeException e) {
            details.put("journalNotDrained", e.getMessage());
            LOG.error("The fail-over is in force, but the files can't be brought up to date yet: {}", e.getMessage());
        }
    }

    private static JsonNode millisSince(long nanos) {
        return Json.number(Duration.ofNanos(System.nanoTime() - nanos).toMillis());
    }

    private Duration longer(Duration retry) {
        Duration doubled = retry.multipliedBy(2);
        return doubled.compareTo(options.lastRetry()) > 0 ? options.lastRetry() : doubled;
    }

    private static boolean filesTakeOver(Standing standing) {
        return standing.authority() == Authority.REDIS && standing.down().authority() == Authority.FILE;
    }

    /** Without it a process may be taken for dead too early; with Redis still believed, nothing would work at all. */
    private void grantGrace(Instant now) {
        try {
            project.files.grantGrace(now);
        } catch (BridgeException e) {
            LOG.error("The fail-over goes on without a time of grace for all processes: {}", e.getMessage());
        }
    }

    /** Gives Redis another try if it is due. */
    void tryReturn() {
        if (!now().isBefore(nextTry)) {
            returnNow();
        }
    }

    /**
     * Tries now to believe Redis again.
     *
     * @return whether it is believed
     */
    boolean returnNow() {
        waits.lock(returning);
        try {
            return returnAlone();
        } finally {
            returning.unlock();
        }
    }

    private boolean returnAlone() {
        Standing standing = project.standing();
        if (standing.believed() || !standing.phase().usesRedis()) {
            return standing.believed();
        }
        Steps steps = new Steps();
        try {
            breaker.recovering(Breaker.State.HALF_OPEN, "asking Redis who it is");
            awaitEarlierOperations();
            Server server = project.redis.probe();
            steps.done("probe");
            breaker.recovering(Breaker.State.RECONCILING, "carrying over what Redis has missed");
            Tally tally = reconcile(standing, server, steps);
            believed(server, tally, steps);
            return true;
        } catch (BridgeException e) {
            postpone(String.valueOf(e.getMessage()));
            return false;
        } catch (RuntimeException e) {
            postpone("its return failed unexpectedly: " + e);
            throw e;
        }
    }

    /**
     * A probe may connect to a server that lost its state, under an epoch that fits: operations which still take Redis for
     * the one they began with must have ended before.
     */
    private void awaitEarlierOperations() {
        project.gate.awaitEarlier();
    }

    /** How long each step of a return took. */
    private static final class Steps {
        private final ObjectNode millis = Json.object();
        private final long start = System.nanoTime();
        private long last = start;

        void done(String step) {
            long now = System.nanoTime();
            millis.put(step, (now - last) / 1_000_000.0);
            last = now;
        }

        ObjectNode finished() {
            millis.put("all", (last - start) / 1_000_000.0);
            return millis;
        }
    }

    private Tally reconcile(Standing standing, Server server, Steps steps) {
        if (standing.down() == Route.REFUSED) {
            requireSameState(standing, server);
            fence(server);
            steps.done("fence");
            // An archive stays as it is; a mirror that a crash left half made is finished.
            Tally tally = standing.phase().keepsFiles()
                    ? carryOver.sweepAll(key -> Authority.REDIS, CarryOver.Progress.NONE)
                    : Tally.NONE;
            steps.done("carryOver");
            boolean complete = standing.phase().keepsFiles() && tally.left() == 0;
            believe(s ->
                    s.withFilesBehind(s.filesBehind() && !(complete && s.phase().keepsFiles())));
            steps.done("believe");
            return tally;
        }
        boolean lacksSome = server.revision() < project.acknowledged();
        if (!isTrusted(server) || !project.isAsFenced(server.epoch()) || lacksSome) {
            project.dirty.markAll();
        }
        fence(server);
        steps.done("fence");
        Tally tally = Tally.NONE;
        int round = 0;
        do {
            tally = tally.plus(carryOver.drain());
        } while (++round < ROUNDS && isMuchLeft());
        steps.done("carryOver");
        try (Gate.Pass alone = project.gate.shut()) {
            project.files.poll();
            tally = tally.plus(carryOver.drain());
            carryOver.drainFully();
            // No start relies on what is written of it, so the disk is left out while everybody waits.
            project.believe();
            breaker.close();
        }
        steps.done("pause");
        writeDown();
        return tally;
    }

    private void writeDown() {
        try {
            project.save(null);
        } catch (BridgeException.Unavailable e) {
            LOG.warn("That Redis is believed again could not be written down: {}", e.getMessage());
        }
    }

    private boolean isMuchLeft() {
        return !project.dirty.wholeCollections().isEmpty() || project.dirty.count() > FEW;
    }

    private void fence(Server server) {
        long epoch = Math.max(project.standing().epoch(), server.epoch() == null ? 0 : server.epoch()) + 1;
        // Redis first: an epoch known here that Redis never got would make it look older than it is.
        project.fence(server.epoch(), epoch);
        project.acknowledgedFrom(server.revision());
        project.commit(s -> s.withEpoch(epoch));
    }

    /** Closes the breaker last: a failure after that finds Redis believed, and takes the belief away again. */
    private void believe(UnaryOperator<Standing> change) {
        project.commit(s -> change.apply(s).believing(true));
        breaker.close();
    }

    /**
     * Asks Redis after a carry-over failed, which goes past the breaker: one that doesn't answer as the server that is
     * believed, is not believed from here on. It is asked on the connection that there is: while Redis is believed, nobody
     * may be led to another server, or to another life of this one.
     *
     * @return whether it was Redis that failed
     */
    boolean doubt(BridgeException.Unavailable failure) {
        boolean redisFailed = failure instanceof BridgeException.Fenced || !answersAsTrusted();
        if (redisFailed) {
            breaker.open(String.valueOf(failure.getMessage()));
        }
        return redisFailed;
    }

    private boolean answersAsTrusted() {
        try {
            project.redis.read(RecordKey.LAST_RUN);
            return true;
        } catch (BridgeException.Unavailable e) {
            return false;
        }
    }

    /** Whether this is the server that is believed, not restarted since. */
    boolean isTrusted(Server server) {
        return server.runId().equals(trustedRunId);
    }

    /** Where Redis has the only copy, an empty or older one must not take its place. */
    private void requireSameState(Standing standing, Server server) {
        Long epoch = server.epoch();
        if (epoch == null) {
            throw new BridgeException.Fenced("Redis came back empty and held the only copy of the state; restore its"
                    + " append-only file and start it again");
        }
        if (epoch < standing.epoch()) {
            throw new BridgeException.Fenced("Redis came back with an older state (epoch " + epoch + ", known is "
                    + standing.epoch() + ") and held the only copy; restore its latest append-only file");
        }
        long acknowledged = project.acknowledged();
        if (server.revision() < acknowledged) {
            throw new BridgeException.Fenced("Redis came back with an older state (revision " + server.revision()
                    + ", acknowledged is " + acknowledged + ") and held the only copy; restore its latest append-only"
                    + " file");
        }
    }

    private void believed(Server server, Tally tally, Steps steps) {
        trustedRunId = server.runId();
        believedSince = now();
        ObjectNode details = Json.object();
        details.put("phase", project.standing().phase().label());
        details.set("epoch", Json.number(project.standing().epoch()));
        details.set("compared", Json.number(tally.compared()));
        details.set("copied", Json.number(tally.copied()));
        details.set("tookMillis", steps.finished());
        if (wasBelieved) {
            returns.increment();
            project.audit.note("return", "Redis is believed again", details);
        } else {
            wasBelieved = true;
            project.audit.note("belief", "Redis has what the files have, and is believed", details);
        }
    }

    private void postpone(String reason) {
        breaker.open(reason);
        nextTry = now().plus(pause);
        pause = longer(pause);
        LOG.debug("Redis is not believed yet: {}", reason);
    }

    /**
     * The first belief after a start. What a bridge left in order and nobody touched since is believed as it is. Else, after
     * a clean stop in a phase where Redis has authority, what is there was put there by others, so Redis is right; in any
     * other case the files are. Both are verified then, record by record.
     */
    void start() {
        Standing found = project.standing();
        if (found.phase().usesRedis()) {
            wasBelieved = true;
            believeAtStart(found);
        }
        // Every bridge has an epoch of its own, so that a late writer of the last one is refused also where Redis can't
        // be
        // told yet. Where Redis has the only copy it is told first, at its return: until then nothing is written.
        project.commit(s -> s.epoch() > found.epoch() || s.down() == Route.REFUSED ? s : s.withEpoch(s.epoch() + 1));
    }

    private void believeAtStart(Standing standing) {
        StandingFile.CleanStop clean = project.cleanStop;
        if (clean != null && standing.down() != Route.REFUSED) {
            try {
                takeUp(standing, clean);
            } catch (BridgeException e) {
                LOG.warn("Redis can't be taken over as it was left: {}", e.getMessage());
            }
        }
        if (!returnNow()) {
            LOG.warn(
                    "Redis is not believed at the start: {}",
                    breaker.condition().reason());
        }
    }

    private void takeUp(Standing standing, StandingFile.CleanStop clean) {
        Server server = project.redis.probe();
        Long epoch = server.epoch();
        if (epoch == null || epoch != standing.epoch() || server.revision() < clean.revision()) {
            return;
        }
        boolean untouched = server.revision() == clean.revision() && project.marked.equals(clean.files());
        if (untouched) {
            trustedRunId = server.runId();
        } else if (standing.phase().authority() == Authority.REDIS) {
            takeOverFromRedis(standing, server);
        }
    }

    private void takeOverFromRedis(Standing standing, Server server) {
        fence(server);
        Rollout rollout = standing.rollout();
        Tally tally = carryOver.sweepAll(key -> rollout.route(key).authority(), CarryOver.Progress.NONE);
        if (tally.left() == 0) {
            trustedRunId = server.runId();
        }
    }

    private Instant now() {
        return Instant.ofEpochMilli(project.clock.millis());
    }
}
