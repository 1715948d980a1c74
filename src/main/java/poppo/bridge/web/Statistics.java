package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;
import poppo.bridge.state.Versioned;

/** Counts issues, as StatusManager.getStatistics does (spec/legacy-files.md). */
final class Statistics {
    private static final String NO_STATUS = "undefined";

    private final Map<String, Long> byStatus = new TreeMap<>();
    private final Map<String, Long> byTaskType = new TreeMap<>();
    private long total;
    private @Nullable Versioned oldest;
    private Instant oldestStart = Instant.MAX;

    void add(Versioned record) {
        if (record.image() == null) {
            return;
        }
        Issue issue = new Issue(record.image());
        total++;
        String status = issue.status();
        byStatus.merge(status == null ? NO_STATUS : status, 1L, Long::sum);
        if (issue.taskType() != null) {
            byTaskType.merge(issue.taskType(), 1L, Long::sum);
        }
        Instant start = issue.startTime();
        if (issue.isProcessing() && start != null && start.isBefore(oldestStart)) {
            oldest = record;
            oldestStart = start;
        }
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.set("total", Json.number(total));
        json.set("byStatus", counts(byStatus));
        json.set("byTaskType", counts(byTaskType));
        json.set("oldestProcessing", oldest == null ? Json.nullValue() : oldest(oldest));
        return json;
    }

    private static ObjectNode counts(Map<String, Long> counts) {
        ObjectNode json = Json.object();
        counts.forEach((name, count) -> json.set(name, Json.number(count)));
        return json;
    }

    private static ObjectNode oldest(Versioned record) {
        ObjectNode json = Json.object();
        json.set("issue", Json.number(record.key().number()));
        for (String field : new String[] {Issue.START_TIME, Issue.PROCESS_ID, Issue.TASK_TYPE}) {
            if (record.image() != null && record.image().has(field)) {
                json.set(field, record.image().get(field));
            }
        }
        return json;
    }
}
