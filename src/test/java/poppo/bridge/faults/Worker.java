package poppo.bridge.faults;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One client, which plays by the rules: it holds an issue only while it is surely alive, sends signs of life while it
 * does, and reads back what it got no answer to. Now and then it dies: it says nothing any more and starts as another
 * process.
 *
 * <p>It writes records of its own, and takes turns with the other clients at a few issues.
 */
final class Worker {
    private static final int TURNS_OF_A_HOLDING = 3;

    private final int number;
    private final Api api;
    private final Records records;
    private final History history;
    private final Random random;
    private final long sureNanos;
    private final long ownIssue;
    private final List<Long> sharedIssues;
    private final List<String> tasks = new ArrayList<>();
    private final List<Long> processed = new ArrayList<>();
    private int lives;
    private String process;
    private long sureUntil;

    /** @param sharedIssues the issues that all clients take turns at */
    Worker(int number, Api api, Records records, History history, long seed, Duration sure, List<Long> sharedIssues) {
        this.number = number;
        this.api = api;
        this.records = records;
        this.history = history;
        this.random = new Random(seed * 31 + number);
        this.sureNanos = sure.toNanos();
        this.ownIssue = 50_000 + number;
        this.sharedIssues = sharedIssues;
        records.knowIssue(ownIssue);
        beBorn();
    }

    private void beBorn() {
        lives++;
        process = "worker-" + number + "-" + lives;
    }

    /** Does one thing of many, to its end. */
    void act() throws InterruptedException {
        switch (random.nextInt(12)) {
            case 0, 1 -> updateOwnIssue();
            case 2, 3, 4 -> takeATurn();
            case 5 -> writeTask();
            case 6 -> noteProcessed();
            case 7 -> noteComment();
            case 8 -> writeOfOneWriter();
            case 9 -> readList();
            case 10 -> lookForOrphans();
            default -> records.readIssue(any(records.issues()));
        }
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    // ---- writes of its own records

    private Api.Reply write(String record, long ticket, boolean removes, String method, String path, String json)
            throws InterruptedException {
        Api.Reply reply = api.call(method, path, json);
        history.add(new Event.Write(record, ticket, removes, reply.begin(), reply.end(), reply.outcome()));
        restAfter(reply);
        return reply;
    }

    /** Who is told to come again later doesn't come again at once. */
    private static void restAfter(Api.Reply reply) {
        if (reply.outcome() == Outcome.NOT_DONE) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private void updateOwnIssue() throws InterruptedException {
        long ticket = history.ticket();
        write(
                Records.turn(ownIssue),
                ticket,
                false,
                "PATCH",
                "issues/" + ownIssue,
                "{'status':'awaiting-response','ticket':" + ticket + "}");
        records.readIssue(ownIssue);
    }

    private void writeTask() throws InterruptedException {
        if (tasks.size() > 3) {
            String old = tasks.remove(0);
            Api.Reply removed =
                    write(Records.task(old), history.ticket(), true, "DELETE", "running-tasks/" + old, null);
            if (removed.outcome().mayHaveHappened()) {
                records.forgetTask(old);
            }
            records.readTask(old);
            return;
        }
        long ticket = history.ticket();
        String id = "task-" + ticket;
        records.knowTask(id);
        Api.Reply put = write(
                Records.task(id),
                ticket,
                false,
                "PUT",
                "running-tasks/" + id,
                "{'type':'issue','ticket':" + ticket + "}");
        if (put.isDone()) {
            tasks.add(id);
        }
        records.readTask(id);
    }

    private void noteProcessed() throws InterruptedException {
        if (processed.size() > 3) {
            long old = processed.remove(0);
            Api.Reply removed =
                    write(Records.processed(old), history.ticket(), true, "DELETE", "processed-issues/" + old, null);
            if (removed.outcome().mayHaveHappened()) {
                records.forgetProcessed(old);
            }
            records.readProcessed(old);
            return;
        }
        long ticket = history.ticket();
        long issue = 100_000 + ticket;
        records.knowProcessed(issue);
        if (write(Records.processed(issue), ticket, false, "PUT", "processed-issues/" + issue, null)
                .isDone()) {
            processed.add(issue);
        }
        records.readProcessed(issue);
    }

    private void noteComment() throws InterruptedException {
        // Nothing takes comments away again, so they are few.
        if (random.nextInt(4) > 0) {
            records.readAllComments();
            return;
        }
        long ticket = history.ticket();
        String id = "IC_" + ticket;
        records.knowComment(ownIssue, id);
        write(Records.comment(ownIssue, id), ticket, false, "PUT", "processed-comments/" + ownIssue + "/" + id, null);
        records.readComment(ownIssue, id);
    }

    /** Records without a number of their own: each has one client that writes it, and all read it. */
    private void writeOfOneWriter() throws InterruptedException {
        switch (number) {
            case 0 -> appendPending();
            case 1 -> writeLastRun();
            default -> register();
        }
    }

    private void appendPending() throws InterruptedException {
        List<Long> there = Records.tickets(records.readPending().body());
        long ticket = history.ticket();
        if (there.size() < 30) {
            write(Records.PENDING, ticket, false, "POST", "pending-tasks", "{'ticket':" + ticket + "}");
        } else {
            List<String> kept = new ArrayList<>();
            there.subList(there.size() - 5, there.size()).forEach(each -> kept.add("{'ticket':" + each + "}"));
            kept.add("{'ticket':" + ticket + "}");
            write(Records.PENDING, ticket, false, "PUT", "pending-tasks", kept.toString());
        }
        records.readPending();
    }

    private void writeLastRun() throws InterruptedException {
        long ticket = history.ticket();
        write(Records.LAST_RUN, ticket, false, "PUT", "last-run", "{'ticket':" + ticket + "}");
        records.readLastRun();
    }

    private void register() throws InterruptedException {
        long ticket = history.ticket();
        String id = "registered-" + number;
        records.knowProcess(id);
        write(
                Records.process(id),
                ticket,
                false,
                "PUT",
                "processes/" + id,
                "{'pid':4711,'host':'here','ticket':" + ticket + "}");
        records.readProcess(id);
    }

    // ---- turns at a shared issue

    private void takeATurn() throws InterruptedException {
        long issue = any(sharedIssues);
        if (!checkOut(issue)) {
            return;
        }
        int turns = random.nextInt(TURNS_OF_A_HOLDING);
        for (int i = 0; i < turns && isSurelyAlive(); i++) {
            updateHeldIssue(issue);
            sayAlive(issue);
        }
        if (random.nextInt(40) == 0) {
            beBorn();
        } else {
            giveBack(issue);
        }
    }

    private boolean checkOut(long issue) throws InterruptedException {
        Api.Reply reply = api.call(
                "POST",
                "issues/" + issue + "/checkout",
                "{'processId':'" + process + "','pid':4711,'taskType':'claude-cli'}");
        long begin = reply.begin();
        if (reply.outcome() == Outcome.UNKNOWN) {
            reply = records.readIssue(issue);
            boolean mine = reply.body().path("processId").asText().equals(process)
                    && reply.body().path("status").asText().equals("processing");
            if (!mine) {
                // It may still take effect, for a process that then is no more.
                beBorn();
                return false;
            }
        }
        if (!reply.isDone()) {
            restAfter(reply);
            return false;
        }
        history.add(new Event.Taken(issue, process, begin, reply.end()));
        sureUntil = begin + sureNanos;
        return true;
    }

    private boolean isSurelyAlive() {
        return System.nanoTime() < sureUntil;
    }

    private void updateHeldIssue(long issue) throws InterruptedException {
        long ticket = history.ticket();
        write(
                Records.turn(issue),
                ticket,
                false,
                "PATCH",
                "issues/" + issue,
                "{'status':'processing','ticket':" + ticket + "}");
        records.readIssue(issue);
    }

    private void sayAlive(long issue) throws InterruptedException {
        Api.Reply reply = random.nextBoolean()
                ? api.call("PUT", "processes/" + process + "/heartbeat", null)
                : api.call("POST", "issues/" + issue + "/heartbeat", "{'processId':'" + process + "'}");
        boolean heard = reply.status() == 204 || reply.body().path("alive").asBoolean();
        if (reply.isDone() && heard && isSurelyAlive()) {
            history.add(new Event.Alive(process, reply.begin(), reply.end()));
            sureUntil = reply.begin() + sureNanos;
        }
    }

    private void giveBack(long issue) throws InterruptedException {
        if (!isSurelyAlive()) {
            beBorn();
            return;
        }
        long ticket = history.ticket();
        history.add(new Event.LetGo(issue, process, System.nanoTime()));
        Api.Reply reply = write(
                Records.result(issue),
                ticket,
                false,
                "POST",
                "issues/" + issue + "/checkin",
                "{'processId':'" + process + "','result':{'ticket':" + ticket + "}}");
        if (!reply.isDone()) {
            // What it holds it no longer counts on: another life doesn't come in the way of the next holder.
            beBorn();
        }
        records.readIssue(issue);
    }

    // ---- reads

    private void readList() throws InterruptedException {
        switch (random.nextInt(5)) {
            case 0 -> records.readTasks();
            case 1 -> records.readAllProcessed();
            case 2 -> records.readIssues();
            case 3 -> records.readPending();
            default -> records.readLastRun();
        }
    }

    private void lookForOrphans() throws InterruptedException {
        Api.Reply orphans = records.readOrphans();
        if (!orphans.isDone()) {
            return;
        }
        for (JsonNode orphan : orphans.body()) {
            long issue = orphan.path("issue").longValue();
            if (sharedIssues.contains(issue)) {
                release(issue, orphan.path("processId").asText());
            }
        }
    }

    private void release(long issue, String dead) throws InterruptedException {
        Api.Reply reply = api.call("POST", "orphans/" + issue + "/release", null);
        if (reply.isDone()) {
            history.add(new Event.Orphaned(issue, dead, reply.begin(), reply.end()));
        }
    }
}
