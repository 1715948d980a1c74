package poppo.bridge.interleaving;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Waits;
import poppo.bridge.state.LabelRequest;
import poppo.bridge.state.MemoryFiles;
import poppo.bridge.state.MemoryRedis;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.Versioned;

/** A world in which one safeguard is taken away. */
enum Mutation {
    /** A fence is answered, and raises nothing: late writers of an earlier epoch are let through. */
    FENCE_DOES_NOTHING {
        @Override
        Parts parts() {
            return withRedis(Unfenced::new);
        }
    },
    /** Copies to Redis are lost, and reading them back says they are there. */
    READING_BACK_LIES {
        @Override
        Parts parts() {
            return withRedis(Lying::new);
        }
    },
    /** Whoever answers is taken for the server of before. */
    ALWAYS_THE_SAME_SERVER {
        @Override
        Parts parts() {
            return withRedis(Impostor::new);
        }
    },
    /** The disk says that a write is durable when it isn't. */
    WRITES_ARE_NOT_DURABLE {
        @Override
        Parts parts() {
            return new Parts() {
                @Override
                SteppedDisk disk(Platter platter, Life life, Weather weather, Path journal, Runnable killSometimes) {
                    return new SteppedDisk(platter, life, weather, journal, killSometimes) {
                        @Override
                        void sync(Platter.Content content) {}
                    };
                }
            };
        }
    },
    /** The files say that they are written out, and have everything in memory only. */
    FLUSH_DOES_NOTHING {
        @Override
        Parts parts() {
            return withFiles((files, life, weather, foreign) -> new SteppedFiles(files, life, weather, foreign) {
                @Override
                public void flush() {
                    life.at("files flush");
                }
            });
        }
    },
    LABELS_ARE_DROPPED {
        @Override
        Parts parts() {
            return withFiles((files, life, weather, foreign) -> new SteppedFiles(files, life, weather, foreign) {
                @Override
                public void emit(List<LabelRequest> requests) {
                    life.at("files emit");
                }
            });
        }
    },
    COPIES_ARE_NOT_STAGED {
        @Override
        Parts parts() {
            return withFiles((files, life, weather, foreign) -> new SteppedFiles(files, life, weather, foreign) {
                @Override
                public void stage(RecordKey key, @Nullable JsonNode image, @Nullable Instant holderSeen, long order) {
                    life.at("files stage");
                }
            });
        }
    },
    /** Nobody is told of what others wrote to the files. */
    FOREIGN_WRITES_ARE_NOT_TOLD {
        @Override
        Parts parts() {
            return withFiles((files, life, weather, foreign) -> new SteppedFiles(files, life, weather, foreign) {
                @Override
                public void onForeignWrite(Consumer<ForeignWrite> told) {
                    life.requireAlive();
                }
            });
        }
    },
    /** Nobody waits for anybody. */
    LOCKS_DO_NOT_EXCLUDE {
        @Override
        Parts parts() {
            return new Parts() {
                @Override
                Waits waits(Life life) {
                    return (attempt, block) -> attempt(life, attempt);
                }
            };
        }
    };

    private static void attempt(Life life, BooleanSupplier attempt) {
        life.requireAlive();
        attempt.getAsBoolean();
    }

    abstract Parts parts();

    @FunctionalInterface
    private interface RedisMaker {
        SteppedRedis make(MemoryRedis redis, Life life, Weather weather, RedisServer server);
    }

    @FunctionalInterface
    private interface FilesMaker {
        SteppedFiles make(MemoryFiles files, Life life, Weather weather, ForeignWriter foreign);
    }

    private static Parts withRedis(RedisMaker maker) {
        return new Parts() {
            @Override
            SteppedRedis redis(MemoryRedis redis, Life life, Weather weather, RedisServer server) {
                return maker.make(redis, life, weather, server);
            }
        };
    }

    private static Parts withFiles(FilesMaker maker) {
        return new Parts() {
            @Override
            SteppedFiles files(MemoryFiles files, Life life, Weather weather, ForeignWriter foreign) {
                return maker.make(files, life, weather, foreign);
            }
        };
    }

    private static final class Unfenced extends SteppedRedis {
        private static final long ONLY = 1;
        private @Nullable Long claimed;

        Unfenced(MemoryRedis redis, Life life, Weather weather, RedisServer server) {
            super(redis, life, weather, server);
        }

        @Override
        public void fence(@Nullable Long seen, long epoch) {
            super.fence(redis.probe().epoch(), ONLY);
            claimed = epoch;
        }

        @Override
        public Server probe() {
            Server found = super.probe();
            return found.epoch() == null
                    ? found
                    : new Server(found.runId(), found.version(), claimed == null ? ONLY : claimed, found.revision());
        }
    }

    private static final class Lying extends SteppedRedis {
        private final Map<RecordKey, JsonNode> pretended = new HashMap<>();

        Lying(MemoryRedis redis, Life life, Weather weather, RedisServer server) {
            super(redis, life, weather, server);
        }

        @Override
        public List<Boolean> replaceAll(List<Replacement> replacements) {
            replacements.forEach(each -> pretended.put(each.key(), each.image()));
            return replacements.stream().map(each -> true).toList();
        }

        @Override
        public List<Versioned> readAll(List<RecordKey> keys) {
            return super.readAll(keys).stream().map(this::pretend).toList();
        }

        private Versioned pretend(Versioned read) {
            return pretended.containsKey(read.key())
                    ? new Versioned(read.key(), pretended.get(read.key()), read.version(), read.order(), read.served())
                    : read;
        }
    }

    private static final class Impostor extends SteppedRedis {
        private long highest = 1;

        Impostor(MemoryRedis redis, Life life, Weather weather, RedisServer server) {
            super(redis, life, weather, server);
        }

        @Override
        public void fence(@Nullable Long seen, long epoch) {
            super.fence(redis.probe().epoch(), epoch);
            highest = Math.max(highest, epoch);
        }

        @Override
        public Server probe() {
            Server found = super.probe();
            return new Server("run-1", found.version(), highest, found.revision());
        }
    }
}
