package poppo.bridge.faults;

import java.util.EnumSet;
import java.util.Set;

/** What goes wrong: how it begins, and how it ends. Between the two the clients go on. */
enum Fault {
    REDIS_KILLED("Redis killed, started again") {
        @Override
        Set<PhaseUnderTest> phases() {
            return EnumSet.allOf(PhaseUnderTest.class);
        }

        @Override
        void inject(Rig rig) {
            rig.redis().kill();
        }

        @Override
        void heal(Rig rig) {
            rig.redis().start();
        }
    },
    REDIS_RESTARTED_EMPTY("Redis restarted empty") {
        @Override
        void inject(Rig rig) {
            rig.redis().kill();
            rig.redis().putAway(KEPT);
            startWhereItMustBeRefused(rig);
        }

        @Override
        void heal(Rig rig) {
            startWithWhatMustBeAccepted(rig);
        }
    },
    REDIS_RESTARTED_OLD("Redis restarted with an old copy of its data") {
        @Override
        void prepare(Rig rig) {
            rig.redis().copyData(OLD);
        }

        @Override
        void inject(Rig rig) {
            rig.redis().kill();
            rig.redis().putAway(KEPT);
            rig.redis().restore(OLD);
            startWhereItMustBeRefused(rig);
        }

        @Override
        void heal(Rig rig) {
            startWithWhatMustBeAccepted(rig);
        }
    },
    REDIS_FROZEN("Redis frozen (SIGSTOP), thawed") {
        @Override
        void inject(Rig rig) {
            rig.redis().freeze();
        }

        @Override
        void heal(Rig rig) {
            rig.redis().thaw();
        }
    },
    REDIS_OUT_OF_MEMORY("maxmemory reached") {
        @Override
        void inject(Rig rig) {
            rig.redis().command("CONFIG SET maxmemory 1");
        }

        @Override
        void heal(Rig rig) {
            rig.redis().command("CONFIG SET maxmemory 0");
        }
    },
    REDIS_READ_ONLY("Redis made a read-only replica") {
        @Override
        void inject(Rig rig) {
            // Nobody listens there: it keeps its data, and takes no more writes.
            rig.redis().command("REPLICAOF 127.0.0.1 1");
        }

        @Override
        void heal(Rig rig) {
            rig.redis().command("REPLICAOF NO ONE");
        }
    },
    REDIS_FLUSHED("Redis emptied while it runs") {
        @Override
        void inject(Rig rig) {
            rig.redis().command("FLUSHALL");
        }

        @Override
        Set<PhaseUnderTest> phases() {
            // Where it had the only copy, nothing could bring it back.
            return EnumSet.range(PhaseUnderTest.DUAL_WRITE, PhaseUnderTest.REDIS_WRITE);
        }

        @Override
        boolean isEnded() {
            return false;
        }
    },
    REDIS_PAUSED("CLIENT PAUSE") {
        @Override
        void inject(Rig rig) {
            rig.redis().command("CLIENT PAUSE 1200 ALL");
        }

        @Override
        void heal(Rig rig) {
            rig.redis().command("PING");
        }
    },
    REDIS_ASLEEP("DEBUG SLEEP") {
        @Override
        void inject(Rig rig) {
            rig.redis().fireAndForget("DEBUG SLEEP 1.2");
        }

        @Override
        void heal(Rig rig) {
            rig.redis().command("PING");
        }
    },
    NETWORK_SLOW("network slower than the time-out") {
        @Override
        void inject(Rig rig) {
            rig.proxy().slow(Rig.COMMAND_TIMEOUT.toMillis());
        }

        @Override
        void heal(Rig rig) {
            rig.proxy().resume();
        }
    },
    NETWORK_SLUGGISH("network slow, within the time-out") {
        @Override
        void inject(Rig rig) {
            rig.proxy().slow(Rig.COMMAND_TIMEOUT.toMillis() / 5);
        }

        @Override
        void heal(Rig rig) {
            rig.proxy().resume();
        }
    },
    NETWORK_BLACK_HOLE("network silent, all arrives late") {
        @Override
        void inject(Rig rig) {
            rig.proxy().blackHole();
        }

        @Override
        void heal(Rig rig) {
            rig.proxy().resume();
        }
    },
    NETWORK_HALF_CLOSED("connections half closed") {
        @Override
        void inject(Rig rig) {
            rig.proxy().halfClose();
        }

        @Override
        void heal(Rig rig) {
            rig.proxy().resume();
        }
    },
    NETWORK_CUT("network cut") {
        @Override
        void inject(Rig rig) {
            rig.proxy().cut();
        }

        @Override
        void heal(Rig rig) {
            rig.proxy().resume();
        }
    },
    BRIDGE_KILLED("bridge killed (SIGKILL)", Part.BRIDGE) {
        @Override
        void inject(Rig rig) {
            rig.bridge().kill();
        }

        @Override
        void heal(Rig rig) {
            rig.bridge().start();
        }
    },
    BRIDGE_TERMINATED("bridge stopped (SIGTERM)", Part.BRIDGE) {
        @Override
        void inject(Rig rig) {
            rig.bridge().terminate();
        }

        @Override
        void heal(Rig rig) {
            rig.bridge().start();
        }
    },
    BRIDGE_KILLED_REDIS_FROZEN("bridge killed while Redis is frozen", Part.REDIS_AND_BRIDGE) {
        @Override
        void inject(Rig rig) {
            rig.redis().freeze();
            Cycle.letClientsWork(rig);
            rig.bridge().kill();
            rig.bridge().start();
        }

        @Override
        void heal(Rig rig) {
            rig.redis().thaw();
        }
    },
    REDIS_KILLED_BRIDGE_STARTING("Redis killed while the bridge starts", Part.REDIS_AND_BRIDGE) {
        @Override
        void inject(Rig rig) {
            rig.bridge().kill();
            Thread killer = new Thread(rig.redis()::kill, "redis-killer");
            killer.start();
            rig.bridge().start();
            join(killer);
        }

        @Override
        void heal(Rig rig) {
            rig.redis().start();
        }
    },
    DISK_FULL("file system full", Part.DISK) {
        @Override
        void inject(Rig rig) {
            rig.home().fill();
        }

        @Override
        void heal(Rig rig) {
            rig.home().free();
        }
    },
    DISK_READ_ONLY("state directory read-only", Part.DISK) {
        @Override
        void inject(Rig rig) {
            rig.home().makeReadOnly();
        }

        @Override
        void heal(Rig rig) {
            rig.home().makeWritable();
        }
    },
    DIRECTORY_GONE("state directory deleted, brought back", Part.DIRECTORY) {
        @Override
        void inject(Rig rig) {
            rig.home().moveAway();
        }

        @Override
        void heal(Rig rig) {
            rig.home().moveBack().ifPresent(rig::foundInvented);
            // It ends when it sees that its directory is not its own any more.
            rig.bridge().startIfEnded();
        }
    };

    /** What is broken; the file system itself only where one can be mounted. */
    enum Part {
        REDIS,
        BRIDGE,
        REDIS_AND_BRIDGE,
        DISK,
        DIRECTORY
    }

    private static final String KEPT = "kept";
    private static final String OLD = "old";

    private final String label;
    private final Part part;

    Fault(String label) {
        this(label, Part.REDIS);
    }

    Fault(String label, Part part) {
        this.label = label;
        this.part = part;
    }

    String label() {
        return label;
    }

    Part part() {
        return part;
    }

    /** Where it can happen, and matters, without more being lost than any bridge could bring back. */
    Set<PhaseUnderTest> phases() {
        return part == Part.REDIS || part == Part.REDIS_AND_BRIDGE
                ? EnumSet.complementOf(EnumSet.of(PhaseUnderTest.FILE))
                : EnumSet.allOf(PhaseUnderTest.class);
    }

    /** Whether its end is a moment of its own, from which the way back can be timed. */
    boolean isEnded() {
        return true;
    }

    /** Before the last writes ahead of it. */
    void prepare(Rig rig) {}

    abstract void inject(Rig rig);

    /** Where it heals by itself there is nothing to do. */
    void heal(Rig rig) {}

    /** In redis-only the wrong data must be of no use to anybody, for as long as it is there. */
    private static void startWhereItMustBeRefused(Rig rig) {
        if (rig.phase() == PhaseUnderTest.REDIS_ONLY) {
            rig.redis().start();
        }
    }

    /** In redis-only nothing but the right data can be the end of it; elsewhere the bridge brings any up to date. */
    private static void startWithWhatMustBeAccepted(Rig rig) {
        if (rig.phase() == PhaseUnderTest.REDIS_ONLY) {
            rig.redis().kill();
            rig.redis().restore(KEPT);
        }
        rig.redis().start();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
