package poppo.bridge.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Disk;
import poppo.bridge.machine.Waits;
import poppo.bridge.shadow.AuditJournal;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.ShadowStatus;
import poppo.bridge.shadow.StoreObserver;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.ForwardingStateManager;
import poppo.bridge.state.Json;
import poppo.bridge.state.LabelRequest;
import poppo.bridge.state.LocalStateManager;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateManager;

/** One fixture on one course, once: opened, played, brought to its end, looked at. */
final class Run implements AutoCloseable {
    private static final String WHO = "replay";
    private static final Duration PAST_ANY_PAUSE = Duration.ofSeconds(11);
    private static final int TRIES_TO_RETURN = 500;
    private static final long BETWEEN_TRIES_MILLIS = 20;

    private final Fixture fixture;
    private final Course course;
    private final Replay.Means means;
    private final Path directory;
    private final ReplayClock clock = new ReplayClock();
    private final Disk disk = new TemporaryDisk();
    private final String project;
    private final Iterator<FaultSchedule.Fault> faults;
    private final Map<Integer, ObjectNode> answers = new ConcurrentSkipListMap<>();
    private final SortedMap<String, String> requests = new ConcurrentSkipListMap<>();
    private FaultSchedule.@Nullable Fault next;
    private FaultSchedule.@Nullable Fault lasting;
    private @Nullable LocalStateManager files;
    private @Nullable ShadowStateManager shadow;
    private Ground.@Nullable Redis redis;
    private StateManager state;
    private boolean closed;

    /** Sets a run up: the files as they were before, and Redis filled from them where it is used. */
    Run(Fixture fixture, Course course, Replay.Means means, Path directory, String project) {
        this.fixture = fixture;
        this.course = course;
        this.means = means;
        this.directory = directory;
        this.project = project;
        this.faults = means.faults().faults().iterator();
        this.next = faults.hasNext() ? faults.next() : null;
        if (Files.isDirectory(fixture.before())) {
            Content.copy(fixture.before(), directory);
        }
        this.state = open();
    }

    private StateManager open() {
        LocalStateManager opened = means.ground().openFiles(directory, clock, disk);
        files = opened;
        if (course.store() == Course.Store.FILE) {
            return opened;
        }
        ShadowStateManager manager = openShadow(opened);
        if (course.store() != Course.Store.REDIS) {
            return manager;
        }
        manager.close();
        shadow = null;
        files = null;
        return openBareRedis();
    }

    private ShadowStateManager openShadow(LocalStateManager opened) {
        Ground.Redis server = means.ground().openRedis(project);
        redis = server;
        Path bridge = directory.resolve(".bridge");
        try {
            Files.createDirectories(bridge);
        } catch (IOException e) {
            throw new BridgeException.Unavailable(bridge + " can't be made: " + e, e);
        }
        ShadowStateManager manager = ShadowStateManager.open(
                new ShadowStateManager.Parts(
                        opened,
                        server.manager(),
                        bridge,
                        new AuditJournal(disk, bridge, clock),
                        StoreObserver.NONE,
                        clock,
                        disk,
                        Waits.BLOCKING),
                means.ground().options());
        shadow = manager;
        manager.carryOver(compared -> {});
        if (!course.rollouts().isEmpty()) {
            to(manager, course.rollouts().get(0));
        }
        return manager;
    }

    private StateManager openBareRedis() {
        Ground.Redis server = means.ground().openRedis(project);
        redis = server;
        FencedStateManager manager = server.manager();
        Long epoch = manager.probe().epoch();
        manager.fence(epoch, epoch == null ? 1 : epoch + 1);
        if (Files.isDirectory(fixture.before())) {
            requests.putAll(Expected.requests(Content.of(fixture.before())));
        }
        return new ForwardingStateManager(manager) {
            @Override
            public Execution execute(Operation operation, Stamp stamp) {
                Execution execution = super.execute(operation, stamp);
                keep(execution.decision());
                return execution;
            }
        };
    }

    /** Redis hands no label requests on; whoever uses it does. */
    private void keep(Decision decision) {
        LabelRequest label = decision.effects().label();
        if (label != null) {
            requests.put("requests/" + label.fileName(), Content.request(Json.pretty(label.content())));
        }
    }

    private static void to(ShadowStateManager manager, Rollout rollout) {
        if (!manager.standing().rollout().equals(rollout)) {
            manager.change(rollout, WHO, "the course of the replay");
        }
    }

    // ---- the calls

    /** Makes all calls, each after all that it has to come after. */
    void play(@Nullable ExecutorService threads) throws InterruptedException {
        long start = System.nanoTime();
        List<Recorded> calls = fixture.calls();
        if (threads == null) {
            for (Recorded call : calls) {
                means.tempo().await(start, call.begun());
                play(call);
            }
            return;
        }
        for (List<Recorded> wave : Waves.of(calls, this::isTurn)) {
            means.tempo().await(start, wave.get(0).begun());
            if (wave.size() == 1) {
                play(wave.get(0));
            } else {
                playAtOnce(threads, wave);
            }
        }
    }

    private void playAtOnce(ExecutorService threads, List<Recorded> wave) throws InterruptedException {
        List<Callable<Void>> each = new ArrayList<>();
        for (Recorded call : wave) {
            each.add(() -> {
                play(call);
                return null;
            });
        }
        for (Future<Void> done : threads.invokeAll(each)) {
            try {
                done.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
            }
        }
    }

    /** Whether something happens before a call that nothing else may run beside. */
    private boolean isTurn(long number) {
        boolean begins = means.faults().faults().stream()
                .anyMatch(fault -> fault.at() == number || fault.at() + fault.lasts() == number);
        return begins || course.changeAt(number - 1) != null;
    }

    private void play(Recorded call) {
        turn(call.number());
        if (Answers.isFailure(call.answer())) {
            return;
        }
        if (call.call() instanceof Call.ForeignWrite write) {
            write(write);
        } else if (call.call() instanceof Call.ChangePhase change) {
            if (shadow != null && course.store() == Course.Store.SHADOW_AS_RECORDED) {
                to(shadow, change.rollout());
            }
        } else {
            answers.put((int) call.number() - 1, answer(call));
        }
    }

    private ObjectNode answer(Recorded call) {
        try {
            return call.call().on(state, call.stamp());
        } catch (BridgeException e) {
            return Answers.ofFailure(e);
        }
    }

    private void write(Call.ForeignWrite write) {
        Path file = directory.resolve(write.file());
        try {
            if (write.text() == null) {
                disk.delete(file);
            } else {
                disk.replace(file, write.text().getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new BridgeException.Unavailable(file + " can't be written: " + e, e);
        }
        Objects.requireNonNull(files).poll();
        if (shadow != null) {
            shadow.keep();
        }
    }

    // ---- what happens between them

    private void turn(long number) {
        if (lasting != null && number >= lasting.at() + lasting.lasts()) {
            heal();
        }
        if (next != null && number >= next.at()) {
            lasting = next;
            next = faults.hasNext() ? faults.next() : null;
            lasting.fault().befall(means.ground().trouble());
        }
        Rollout rollout = course.changeAt(number - 1);
        if (rollout != null && shadow != null) {
            to(shadow, rollout);
        }
    }

    private void heal() {
        means.ground().trouble().heal();
        lasting = null;
        settle();
    }

    /** Lets the upkeep do its work until nothing is left of any trouble. */
    private void settle() {
        ShadowStateManager manager = shadow;
        if (manager == null || !manager.standing().phase().usesRedis()) {
            return;
        }
        for (int i = 0; i < TRIES_TO_RETURN; i++) {
            clock.advance(PAST_ANY_PAUSE);
            try {
                manager.keep();
            } catch (BridgeException.Unavailable notYet) {
                pause();
                continue;
            }
            if (manager.standing().believed() && isCaughtUp(manager.status())) {
                return;
            }
            pause();
        }
        throw new BridgeException.Unavailable(
                "Redis is in order again, but the bridge doesn't return to it: " + manager.standing());
    }

    private static boolean isCaughtUp(ShadowStatus status) {
        return status.dirtyRecords() == 0 && status.dirtyCollections() == 0;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(BETWEEN_TRIES_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BridgeException.Unavailable("interrupted while Redis was waited for", e);
        }
    }

    // ---- the end

    /** What every call was answered, in their order; those that have no answer are left out. */
    Map<Integer, ObjectNode> answers() {
        return answers;
    }

    /**
     * What is there in the end.
     *
     * @param files the directory's content, or the records and label requests where the store has no files
     * @param keys as the lines of {@code after-redis.jsonl}; null where Redis was not in use
     * @param mismatches how often the shadow manager itself found that its stores disagree
     * @param failOvers how often it took the belief from Redis
     */
    record End(SortedMap<String, String> files, @Nullable List<String> keys, long mismatches, long failOvers) {}

    End end() {
        if (lasting != null) {
            heal();
        }
        settle();
        if (shadow != null) {
            return endOf(shadow);
        }
        if (redis != null) {
            SortedMap<String, String> records = new TreeMap<>(Expected.records(state));
            records.putAll(requests);
            return new End(records, Expected.lines(redis.content()), 0, 0);
        }
        closeManagers();
        return new End(Content.of(directory), null, 0, 0);
    }

    private End endOf(ShadowStateManager manager) {
        Phase phase = manager.standing().phase();
        manager.mirror();
        List<String> keys =
                phase.usesRedis() ? Expected.lines(Objects.requireNonNull(redis).content()) : null;
        if (!phase.keepsFiles()) {
            to(manager, Rollout.of(Phase.FILE));
        }
        ShadowStatus status = manager.status();
        closeManagers();
        return new End(Content.of(directory), keys, status.mismatches(), status.failOvers());
    }

    private void closeManagers() {
        if (closed) {
            return;
        }
        closed = true;
        state.close();
        shadow = null;
        files = null;
    }

    @Override
    public void close() {
        if (lasting != null) {
            means.ground().trouble().heal();
        }
        closeManagers();
        if (redis != null) {
            Ground.Redis again = means.ground().openRedis(project);
            again.remove();
            again.manager().close();
        }
    }
}
