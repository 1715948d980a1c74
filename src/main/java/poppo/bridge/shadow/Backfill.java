package poppo.bridge.shadow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import poppo.bridge.shadow.CarryOver.Lives;
import poppo.bridge.shadow.CarryOver.Tally;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.Served;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/**
 * Copies the files to a Redis that no operation of this bridge uses yet, as fast as both go: chunks are read ahead, and
 * several are being written at a time.
 *
 * <p>Each copy is a compare-and-set on the version that was met, so a newer record is never overwritten. What the script
 * answers as done is not read back, and no record is locked: a change of the files that comes between leaves Redis with the
 * earlier image, as one that comes after the backfill does, and all is compared once more before Redis is believed. What
 * was met in motion is carried over one by one, under its lock.
 */
final class Backfill {
    private static final int WRITERS = 2;
    private static final int IN_FLIGHT = 4;

    /** So many chunks are done between two checkpoints; a kill costs no more than that. */
    private static final int CHECKPOINT_EVERY = 4;

    /** So many are locked at once. */
    private static final int LOCKED = Pairs.CHUNK;

    private final Project project;
    private final CarryOver carryOver;
    private final Checkpoint checkpoint;
    private final Throttle throttle;

    Backfill(Project project, CarryOver carryOver, Checkpoint checkpoint, Throttle throttle) {
        this.project = project;
        this.carryOver = carryOver;
        this.checkpoint = checkpoint;
        this.throttle = throttle;
    }

    /** Runs once; see {@link ShadowStateManager#carryOver}. */
    Tally run(Checkpoint.Place from, FencedStateManager.Server server, CarryOver.Progress progress) {
        String files = project.files.mark();
        try (Walk walk = new Walk(project.files, project.redis);
                Crew writers = new Crew("bridge-backfill", WRITERS)) {
            Run run = new Run(from, files, server, writers, progress);
            progress.compared(from.tally().compared());
            try {
                for (StateCollection collection : StateCollection.values()) {
                    if (collection.compareTo(from.collection()) >= 0) {
                        boolean goesOn = collection == from.collection();
                        walk.through(collection, goesOn ? from.after() : null, run::begin);
                        run.end(collection);
                    }
                }
            } finally {
                run.abandon();
            }
            return run.tally;
        }
    }

    /** One chunk under way. */
    private record Flight(Supplier<Outcome> outcome, RecordKey last) {}

    /** @param moved what was met in motion */
    private record Outcome(Tally tally, List<RecordKey> moved) {}

    /** What is known of a backfill while it runs; used by one thread. */
    private final class Run {
        private final String files;
        private final FencedStateManager.Server server;
        private final Crew writers;
        private final CarryOver.Progress progress;
        private final Deque<Flight> flights = new ArrayDeque<>();
        private Checkpoint.Place place;
        private Tally tally;
        private int settled;

        Run(
                Checkpoint.Place from,
                String files,
                FencedStateManager.Server server,
                Crew writers,
                CarryOver.Progress progress) {
            this.place = from;
            this.tally = from.tally();
            this.files = files;
            this.server = server;
            this.writers = writers;
            this.progress = progress;
        }

        void begin(List<Pair> chunk) {
            throttle.await(chunk.size(), () -> progress.compared(tally.compared()));
            RecordKey last = chunk.get(chunk.size() - 1).key();
            flights.add(new Flight(writers.begin(() -> write(chunk)), last));
            while (flights.size() >= IN_FLIGHT) {
                settleFirst();
            }
        }

        private void settleFirst() {
            Flight flight = flights.remove();
            Outcome outcome = flight.outcome.get();
            tally = tally.plus(outcome.tally);
            for (int at = 0; at < outcome.moved.size(); at += LOCKED) {
                List<RecordKey> moved = outcome.moved.subList(at, Math.min(at + LOCKED, outcome.moved.size()));
                tally = tally.plus(carryOver.carry(moved, key -> Authority.FILE, true));
            }
            reached(flight.last);
            if (++settled % CHECKPOINT_EVERY == 0) {
                save();
            }
            progress.compared(tally.compared());
        }

        /** Those that are found beside the walk, after it, have any number. */
        private void reached(RecordKey last) {
            boolean further = Walk.isByNumber(last.collection())
                    && (place.after() == null || last.number() > Long.parseLong(place.after()));
            String after = further ? last.id() : place.after();
            place = new Checkpoint.Place(place.collection(), after, tally);
        }

        void end(StateCollection collection) {
            while (!flights.isEmpty()) {
                settleFirst();
            }
            int next = collection.ordinal() + 1;
            if (next < StateCollection.values().length) {
                place = new Checkpoint.Place(StateCollection.values()[next], null, tally);
                save();
            }
        }

        private void save() {
            checkpoint.save(place, files, server, project.standing().epoch(), project.redis.acknowledged());
        }

        /** What is under way when something fails takes its effect now, and not behind anybody's back. */
        void abandon() {
            for (Flight flight : flights) {
                try {
                    tally = tally.plus(flight.outcome.get().tally);
                } catch (RuntimeException alsoFailed) {
                    continue;
                }
            }
        }
    }

    /** On a writer's thread. */
    private Outcome write(List<Pair> chunk) {
        Lives lives = carryOver.lives(chunk);
        List<Replacement> replacements = new ArrayList<>(chunk.size());
        for (Pair pair : chunk) {
            if (CarryOver.agrees(pair, Authority.FILE, lives)) {
                project.agreed.note(pair.key(), pair.file().image());
            } else {
                replacements.add(carryOver.replacement(asFarAsKnown(pair), Authority.REDIS, lives, true));
            }
        }
        List<Boolean> written = replacements.isEmpty() ? List.of() : project.redis.replaceAll(replacements);
        List<RecordKey> moved = new ArrayList<>();
        for (int i = 0; i < written.size(); i++) {
            Replacement replacement = replacements.get(i);
            if (written.get(i)) {
                project.agreed.note(replacement.key(), replacement.image());
            } else {
                moved.add(replacement.key());
            }
        }
        return new Outcome(new Tally(chunk.size() - moved.size(), replacements.size() - moved.size(), 0), moved);
    }

    /** What no page of Redis had is taken for a record that never was there; the script knows better if it was. */
    private Pair asFarAsKnown(Pair pair) {
        if (!Pairs.isNotMet(pair.redis())) {
            return pair;
        }
        String version = project.redis.absentVersion();
        return new Pair(pair.key(), pair.file(), new Versioned(pair.key(), null, version, 0, Served.REDIS));
    }
}
