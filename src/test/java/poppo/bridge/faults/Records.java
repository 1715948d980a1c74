package poppo.bridge.faults;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The records that the clients write, and how each is read: single or by lists, into events of the history. A record
 * that a client removes leaves the lists of those that must be there; showing it again is a finding. Thread-safe.
 */
final class Records {
    private static final String TICKET = "ticket";

    private final Api api;
    private final History history;
    private final Set<Long> issues = ConcurrentHashMap.newKeySet();
    private final Set<String> tasks = ConcurrentHashMap.newKeySet();
    private final Set<Long> processed = ConcurrentHashMap.newKeySet();
    private final Map<Long, Set<String>> comments = new ConcurrentHashMap<>();
    private final Set<String> processes = ConcurrentHashMap.newKeySet();
    private final Set<String> everKnown = ConcurrentHashMap.newKeySet();

    Records(Api api, History history) {
        this.api = api;
        this.history = history;
    }

    static String turn(long issue) {
        return "issue " + issue + " turn";
    }

    static String result(long issue) {
        return "issue " + issue + " result";
    }

    static String task(String id) {
        return "running task " + id;
    }

    static String processed(long issue) {
        return "processed issue " + issue;
    }

    static String comment(long issue, String id) {
        return "comment " + id + " of " + issue;
    }

    static String process(String id) {
        return "process " + id;
    }

    static final String PENDING = "pending tasks";
    static final String LAST_RUN = "last run";

    void knowIssue(long issue) {
        issues.add(issue);
    }

    void knowTask(String id) {
        everKnown.add(task(id));
        tasks.add(id);
    }

    void forgetTask(String id) {
        tasks.remove(id);
    }

    void knowProcessed(long issue) {
        everKnown.add(processed(issue));
        processed.add(issue);
    }

    void forgetProcessed(long issue) {
        processed.remove(issue);
    }

    void knowComment(long issue, String id) {
        comments.computeIfAbsent(issue, any -> ConcurrentHashMap.newKeySet()).add(id);
    }

    void knowProcess(String id) {
        processes.add(id);
    }

    List<Long> issues() {
        return List.copyOf(issues);
    }

    /** Whatever there is no more to be said of: the tasks and processed issues of the last cycle, to be taken away. */
    List<String> tasks() {
        return List.copyOf(tasks);
    }

    List<Long> processed() {
        return List.copyOf(processed);
    }

    // ---- single records; each returns the answer, an event only where there was one

    Api.Reply readIssue(long issue) throws InterruptedException {
        Api.Reply reply = api.get("issues/" + issue);
        if (isAnswer(reply)) {
            noteIssue(issue, reply.body(), reply);
        }
        return reply;
    }

    private void noteIssue(long issue, JsonNode image, Api.Reply reply) {
        note(turn(issue), seen(image.path(TICKET)), reply);
        note(result(issue), seen(image.path("result").path(TICKET)), reply);
        boolean held = image.path("status").asText().equals("processing");
        history.add(new Event.Holder(issue, held ? image.path("processId").asText() : "", reply.begin(), reply.end()));
    }

    Api.Reply readTask(String id) throws InterruptedException {
        return readTicket(task(id), "running-tasks/" + id);
    }

    Api.Reply readProcess(String id) throws InterruptedException {
        return readTicket(process(id), "processes/" + id);
    }

    Api.Reply readLastRun() throws InterruptedException {
        return readTicket(LAST_RUN, "last-run");
    }

    private Api.Reply readTicket(String record, String path) throws InterruptedException {
        Api.Reply reply = api.get(path);
        if (isAnswer(reply)) {
            note(record, seen(reply.body().path(TICKET)), reply);
        }
        return reply;
    }

    Api.Reply readProcessed(long issue) throws InterruptedException {
        return readMember(processed(issue), "processed-issues/" + issue);
    }

    Api.Reply readComment(long issue, String id) throws InterruptedException {
        return readMember(comment(issue, id), "processed-comments/" + issue + "/" + id);
    }

    private Api.Reply readMember(String record, String path) throws InterruptedException {
        Api.Reply reply = api.get(path);
        if (isAnswer(reply)) {
            note(record, Seen.present(reply.isDone()), reply);
        }
        return reply;
    }

    Api.Reply readPending() throws InterruptedException {
        Api.Reply reply = api.get("pending-tasks");
        if (reply.isDone()) {
            history.add(new Event.ListRead(PENDING, tickets(reply.body()), reply.begin(), reply.end()));
        }
        return reply;
    }

    static List<Long> tickets(JsonNode tasks) {
        List<Long> tickets = new ArrayList<>();
        for (JsonNode task : tasks) {
            if (task.has(TICKET)) {
                tickets.add(task.path(TICKET).longValue());
            }
        }
        return tickets;
    }

    /** A 404 is an answer as well: it says that there is nothing. */
    static boolean isAnswer(Api.Reply reply) {
        return reply.isDone() || reply.status() == 404;
    }

    private static Seen seen(JsonNode ticket) {
        return ticket.isMissingNode() ? Seen.ABSENT : Seen.ticket(ticket.longValue());
    }

    private void note(String record, Seen seen, Api.Reply reply) {
        history.add(new Event.Read(record, seen, reply.begin(), reply.end()));
    }

    // ---- lists

    boolean readTasks() throws InterruptedException {
        Api.Reply reply = api.get("running-tasks");
        if (!reply.isDone()) {
            return false;
        }
        Set<String> listed = new HashSet<>(tasks);
        reply.body().fieldNames().forEachRemaining(id -> {
            if (everKnown.contains(task(id))) {
                listed.add(id);
            }
        });
        listed.forEach(id -> note(task(id), seen(reply.body().path(id).path(TICKET)), reply));
        return true;
    }

    boolean readAllProcessed() throws InterruptedException {
        Api.Reply reply = api.get("processed-issues");
        if (!reply.isDone()) {
            return false;
        }
        Set<Long> there = new HashSet<>();
        reply.body().forEach(number -> there.add(number.longValue()));
        Set<Long> listed = new HashSet<>(processed);
        there.stream().filter(issue -> everKnown.contains(processed(issue))).forEach(listed::add);
        listed.forEach(issue -> note(processed(issue), Seen.present(there.contains(issue)), reply));
        return true;
    }

    boolean readAllComments() throws InterruptedException {
        Api.Reply reply = api.get("processed-comments");
        if (!reply.isDone()) {
            return false;
        }
        comments.forEach((issue, ids) -> {
            Set<String> there = new HashSet<>();
            reply.body().path(Long.toString(issue)).forEach(id -> there.add(id.asText()));
            ids.forEach(id -> note(comment(issue, id), Seen.present(there.contains(id)), reply));
        });
        return true;
    }

    boolean readIssues() throws InterruptedException {
        Api.Reply reply = api.get("issues?limit=1000");
        if (!reply.isDone()) {
            return false;
        }
        // More than a page is read by number: only the first page is a statement about who isn't in it.
        if (reply.body().path("next").isNull()) {
            issues.forEach(issue -> noteIssue(issue, reply.body().path("issues").path(Long.toString(issue)), reply));
        }
        return true;
    }

    /** Who is listed as dead. */
    Api.Reply readOrphans() throws InterruptedException {
        Api.Reply reply = api.get("orphans");
        if (reply.isDone()) {
            reply.body()
                    .forEach(orphan -> history.add(new Event.Orphaned(
                            orphan.path("issue").longValue(),
                            orphan.path("processId").asText(),
                            reply.begin(),
                            reply.end())));
        }
        return reply;
    }

    /** Reads everything, by lists and one by one where there is no list. */
    boolean readEverything() throws InterruptedException {
        boolean all = readTasks() & readAllProcessed() & readAllComments() & readIssues();
        for (long issue : issues) {
            all &= isAnswer(readIssue(issue));
        }
        for (String id : processes) {
            all &= isAnswer(readProcess(id));
        }
        return all
                & isAnswer(readLastRun())
                & readPending().isDone()
                & readOrphans().isDone();
    }
}
