package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Served;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/** One page of the list of issues. With a rare status it may hold few: a call looks at a bounded number of records. */
final class IssuePage {
    private static final int CHUNK = 1000;
    private static final int MOST_LOOKED_AT = 20_000;

    private final ProjectHandle handle;
    private final int limit;
    private final @Nullable String status;
    private final List<Versioned> found = new ArrayList<>();
    private long place;
    private boolean isLast;

    private IssuePage(ProjectHandle handle, Query query) {
        this.handle = handle;
        this.limit = query.limit();
        this.place = query.number("after", 0, 0, Limits.MAX_ISSUE);
        this.status = query.text("status");
        if (status != null) {
            Limits.id("status", status);
        }
    }

    static Answer read(ProjectHandle handle, Query query) {
        IssuePage page = new IssuePage(handle, query);
        Served lists = handle.shadow().listsFrom();
        if (Issue.PROCESSING.equals(page.status)) {
            page.readProcessing();
        } else {
            page.readChunks();
        }
        return Answer.ok(page.toJson(), page.served(lists));
    }

    private void readProcessing() {
        long after = place;
        List<Long> numbers = handle.state().processing().stream()
                .filter(number -> number > after)
                .limit(limit + 1L)
                .toList();
        isLast = numbers.size() <= limit;
        List<Long> page = isLast ? numbers : numbers.subList(0, limit);
        handle.state().readAll(page.stream().map(RecordKey::issue).toList()).forEach(this::take);
        place = page.isEmpty() ? place : page.get(page.size() - 1);
    }

    /** Whoever stopped being in the status since it was listed is left out. */
    private boolean take(Versioned record) {
        if (record.image() != null && (status == null || status.equals(new Issue(record.image()).status()))) {
            return found.add(record);
        }
        return false;
    }

    private void readChunks() {
        for (int lookedAt = 0; !isLast && found.size() < limit && lookedAt < MOST_LOOKED_AT; lookedAt += CHUNK) {
            int chunk = status == null ? limit + 1 : CHUNK;
            List<Versioned> records =
                    handle.state().page(StateCollection.ISSUES, place == 0 ? null : Long.toString(place), chunk);
            isLast = records.size() < chunk;
            for (Versioned record : records) {
                if (found.size() == limit) {
                    isLast = false;
                    return;
                }
                take(record);
                place = record.key().number();
            }
        }
    }

    private ObjectNode toJson() {
        ObjectNode issues = Json.object();
        found.forEach(record -> issues.set(record.key().id(), record.image()));
        ObjectNode answer = Json.object();
        answer.set("issues", issues);
        answer.put("next", isLast ? null : Long.toString(place));
        return answer;
    }

    /** The files where not every record is from Redis. */
    private Served served(Served lists) {
        if (found.isEmpty()) {
            return lists;
        }
        boolean allRedis = found.stream().allMatch(record -> record.served() == Served.REDIS);
        return allRedis ? Served.REDIS : Served.FILE;
    }
}
