package poppo.bridge.interleaving;

import java.util.List;
import java.util.SplittableRandom;
import poppo.bridge.interleaving.Weather.Kind;
import poppo.bridge.state.RecordKey;

/** What befalls everybody: time, outages, kills, and others who write the files. */
final class Fate {
    private static final List<RecordKey> FOREIGN = List.of(RecordKeys.COMMENTS, RecordKey.PENDING_TASKS);

    private final World world;
    private final SplittableRandom random;
    private int written;

    Fate(World world, SplittableRandom random) {
        this.world = world;
        this.random = random;
    }

    void run() {
        while (world.clientsWork()) {
            strike();
            world.scheduler.pause("waits");
        }
    }

    private void strike() {
        switch (random.nextInt(40)) {
            case 0, 1, 2, 3, 4 -> world.pass();
            case 5 -> world.weather.change();
            case 6 -> outage();
            case 7, 8 -> recover();
            case 9 -> restart();
            case 10 -> loss();
            case 11 -> world.server.save();
            case 12 -> kill();
            case 13 -> stop();
            case 14, 15 -> world.writeForeign(FOREIGN.get(random.nextInt(FOREIGN.size())), ++written);
            case 16 -> land();
            case 17 -> world.examine();
            default -> {}
        }
    }

    private void outage() {
        if (world.weather.has(Kind.OUTAGES) && world.server.isUp() && !world.server.isFrozen()) {
            if (random.nextBoolean()) {
                world.scheduler.note("takes Redis down");
                world.server.goDown();
            } else {
                world.scheduler.note("freezes Redis");
                world.server.freeze();
            }
        }
    }

    private void recover() {
        if (!world.server.isUp() || world.server.isFrozen()) {
            world.scheduler.note("brings Redis back");
            world.server.recover();
        }
    }

    private void land() {
        if (world.server.isUp() && !world.server.isFrozen()) {
            world.server.landLateWrites();
        }
    }

    private void restart() {
        if (world.weather.has(Kind.RESTARTS)) {
            world.scheduler.note("restarts Redis");
            world.server.restart();
        }
    }

    private void loss() {
        if (!world.weather.has(Kind.DATA_LOSS)) {
            return;
        }
        switch (random.nextInt(3)) {
            case 0 -> {
                world.scheduler.note("restarts Redis with nothing");
                world.server.restartEmpty();
            }
            case 1 -> {
                world.scheduler.note("restarts Redis with older data");
                world.server.restartOlder();
            }
            default -> {
                world.scheduler.note("flushes Redis");
                world.server.flushAll();
            }
        }
    }

    private void kill() {
        if (world.weather.has(Kind.KILLS)) {
            world.kill();
        }
    }

    private void stop() {
        if (world.weather.has(Kind.STOPS)) {
            world.stop();
        }
    }
}
