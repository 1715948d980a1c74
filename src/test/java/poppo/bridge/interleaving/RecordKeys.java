package poppo.bridge.interleaving;

import java.util.List;
import poppo.bridge.state.RecordKey;

/** The records that a run is about: few, so that there is a crowd at each. */
final class RecordKeys {
    static final List<RecordKey> ISSUES = List.of(RecordKey.issue(1), RecordKey.issue(2), RecordKey.issue(3));
    static final RecordKey COMMENTS = RecordKey.processedComments(1);
    static final RecordKey TASK = RecordKey.runningTask("t");
    static final List<RecordKey> ALL = List.of(
            ISSUES.get(0), ISSUES.get(1), ISSUES.get(2), COMMENTS, TASK, RecordKey.PENDING_TASKS, RecordKey.LAST_RUN);

    private RecordKeys() {}
}
