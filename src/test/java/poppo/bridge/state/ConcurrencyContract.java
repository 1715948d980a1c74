package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many callers at once. The time-outs only end a run that hangs. */
@Timeout(120)
public abstract class ConcurrencyContract extends Contract {
    private static final int THREADS = 50;
    private static final int ROUNDS = 4;

    @Test
    void ofManyCheckoutsExactlyOneSucceeds() throws Exception {
        for (int round = 1; round <= ROUNDS; round++) {
            long number = round;
            List<Execution> all = atOnce(i -> () -> run(checkout(number, "p" + i)));

            List<Execution> taken = all.stream().filter(Execution::isDone).toList();
            assertThat(taken).hasSize(1);
            assertSame(issue(number), taken.get(0).after());
            assertRefusedForTheHolder(all, new Issue(issue(number)).processId());
        }
    }

    private static void assertRefusedForTheHolder(List<Execution> all, String holder) {
        assertThat(all)
                .filteredOn(execution -> !execution.isDone())
                .hasSize(THREADS - 1)
                .allSatisfy(execution -> assertThat(((Decision.Refused) execution.decision())
                                .members()
                                .get("holder")
                                .textValue())
                        .isEqualTo(holder));
    }

    @Test
    void aDeadHoldersIssueGoesToExactlyOne() throws Exception {
        for (long number = 1; number <= ROUNDS; number++) {
            long issue = number;
            takenByDead(issue, "dead");

            assertThat(successes(i -> () -> run(checkout(issue, "p" + i)).isDone()))
                    .isEqualTo(1);
        }
    }

    @Test
    void anOrphanIsReleasedExactlyOnce() throws Exception {
        takenByDead(7, "dead");

        assertThat(successes(i -> () -> run(new Operation.ReleaseOrphan(7)).isDone()))
                .isEqualTo(1);
    }

    @Test
    void aCheckinCountsExactlyOnce() throws Exception {
        done(checkout(7, "p1"));

        assertThat(successes(i -> () -> run(checkin(7, "p1")).isDone())).isEqualTo(1);
    }

    @Test
    void updatesOfDifferentIssuesLoseNone() throws Exception {
        atOnce(i -> () -> {
            for (int round = 0; round < ROUNDS; round++) {
                done(update(1 + i, "{'status':'s','field" + round + "':" + i + "}"));
            }
            return null;
        });

        assertThat(store.page(StateCollection.ISSUES, null, Integer.MAX_VALUE)).hasSize(THREADS);
        for (int i = 0; i < THREADS; i++) {
            JsonNode issue = issue(1 + i);
            for (int round = 0; round < ROUNDS; round++) {
                assertThat(issue.path("field" + round).asInt(-1)).isEqualTo(i);
            }
        }
    }

    @Test
    void updatesOfOneIssueLoseNoField() throws Exception {
        atOnce(i -> () -> done(update(7, "{'status':'s','field" + i + "':" + i + "}")));

        IntStream.range(0, THREADS)
                .forEach(i -> assertThat(issue(7).path("field" + i).asInt(-1)).isEqualTo(i));
    }

    @Test
    void appendsToPendingTasksLoseNone() throws Exception {
        atOnce(i -> () -> {
            for (int round = 0; round < ROUNDS; round++) {
                done(new Operation.AppendPendingTask(Json.number((long) i * ROUNDS + round)));
            }
            return null;
        });

        List<Long> tasks = new ArrayList<>();
        image(RecordKey.PENDING_TASKS).forEach(task -> tasks.add(task.longValue()));
        assertThat(tasks).hasSize(THREADS * ROUNDS).doesNotHaveDuplicates();
        for (int i = 0; i < THREADS; i++) {
            long thread = i;
            assertThat(tasks.stream().filter(task -> task / ROUNDS == thread))
                    .as("what one caller appends stays in its order")
                    .isSorted();
        }
    }

    @Test
    void processedCommentsOfOneIssueLoseNone() throws Exception {
        atOnce(i -> () -> done(new Operation.AddProcessedComment(7, "c" + i)));

        assertThat(image(RecordKey.processedComments(7))).hasSize(THREADS).doesNotHaveDuplicates();
    }

    @Test
    void addsOfOneIssueGiveOneEntry() throws Exception {
        atOnce(i -> () -> done(new Operation.AddProcessedIssue(7 + i % 2)));

        assertThat(ids(StateCollection.PROCESSED_ISSUES)).containsExactlyInAnyOrder("7", "8");
    }

    @Test
    void addsOfDifferentRecordsLoseNone() throws Exception {
        atOnce(i -> () -> {
            done(new Operation.AddProcessedIssue(1 + i));
            done(runningTask("t" + i, "{}"));
            return done(register("p" + i, "{}"));
        });

        assertThat(ids(StateCollection.PROCESSED_ISSUES)).hasSize(THREADS).doesNotHaveDuplicates();
        assertThat(ids(StateCollection.RUNNING_TASKS)).hasSize(THREADS).doesNotHaveDuplicates();
        assertThat(ids(StateCollection.PROCESSES)).hasSize(THREADS).doesNotHaveDuplicates();
    }

    @Test
    void ofManyCopiesOnOneVersionExactlyOneIsWritten() throws Exception {
        String version = store.read(RecordKey.issue(7)).version();

        int written = successes(i -> () -> store.replaceAll(List.of(
                        new Replacement(RecordKey.issue(7), Json.object().set("n", Json.number(i)), version, null, 0)))
                .get(0));

        assertThat(written).isEqualTo(1);
    }

    @Test
    void aCopyNeverOverwritesAnUpdateItDidNotSee() throws Exception {
        done(update(7, "{'status':'s'}"));

        atOnce(i -> () -> {
            if (i % 2 == 0) {
                return done(update(7, "{'status':'s','field" + i + "':1}"));
            }
            Versioned seen = store.read(RecordKey.issue(7));
            return store.replaceAll(List.of(new Replacement(seen.key(), seen.image(), seen.version(), null, 0)));
        });

        for (int i = 0; i < THREADS; i += 2) {
            assertThat(issue(7).has("field" + i)).isTrue();
        }
    }

    @Test
    void aReaderSeesWholeRecords() throws Exception {
        done(update(7, "{'status':'s','left':0,'right':0}"));

        atOnce(i -> () -> {
            if (i % 2 == 0) {
                return done(update(7, "{'status':'s','left':N,'right':N}".replace("N", "" + i)));
            }
            JsonNode read = store.read(RecordKey.issue(7)).image();
            assertThat(read.get("left")).isEqualTo(read.get("right"));
            return null;
        });
    }

    @Test
    void aHeartbeatNeverUndoesACheckin() throws Exception {
        for (long number = 1; number <= ROUNDS; number++) {
            long issue = number;
            done(checkout(issue, "p1"));

            atOnce(i -> () -> {
                if (i == THREADS / 2) {
                    return done(checkin(issue, "p1"));
                }
                store.heartbeat("p1", stamps.next());
                return null;
            });

            assertThat(new Issue(issue(issue)).status()).isEqualTo(Issue.COMPLETED);
            assertJson(issue(issue).get("lastHeartbeat"), "null");
            assertThat(store.processing()).isEmpty();
        }
    }

    @Test
    void handingAnIssueOnNeverHasTwoHolders() throws Exception {
        List<List<String>> holdings = atOnce(i -> () -> {
            List<String> problems = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                if (run(checkout(7, "p" + i)).isDone()) {
                    String holder = new Issue(issue(7)).processId();
                    if (!("p" + i).equals(holder) || !run(checkin(7, "p" + i)).isDone()) {
                        problems.add("p" + i + " lost it to " + holder);
                    }
                }
            }
            return problems;
        });

        assertThat(holdings).allSatisfy(problems -> assertThat(problems).isEmpty());
    }

    private int successes(IntFunction<Callable<Boolean>> task) throws Exception {
        return (int) atOnce(task).stream().filter(success -> success).count();
    }

    /** Runs one task per thread, all let go at the same moment; rethrows what one throws. */
    static <T> List<T> atOnce(IntFunction<Callable<T>> task) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            CyclicBarrier start = new CyclicBarrier(THREADS);
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Callable<T> own = task.apply(i);
                futures.add(threads.submit(() -> {
                    start.await();
                    return own.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
