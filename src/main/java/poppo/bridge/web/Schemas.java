package poppo.bridge.web;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The shapes of bodies as the OpenAPI document shows them. Documentation only: nothing is read into these or printed
 * from them, and every record may hold more fields than are named here.
 */
final class Schemas {
    private Schemas() {}

    @Schema(
            name = "Issue",
            description =
                    "An issue's record. A field may be absent, null, or unknown to the bridge, and survives every write.")
    record IssueShape(
            @Schema(
                    description = "processing, awaiting-response, completed, error, pending, or any other",
                    example = "processing")
            String status,

            @Nullable @Schema(description = "Who holds it") String processId,
            @Nullable Long pid,
            @Nullable String taskType,

            @Nullable @Schema(example = "2025-06-24T10:00:00.000Z")
            String startTime,

            @Nullable String lastHeartbeat,
            @Nullable String endTime,
            @Nullable String lastUpdated,
            @Nullable Object metadata,
            @Nullable Object result) {}

    @Schema(name = "Issues")
    record IssuesShape(
            @Schema(description = "By number, ascending") Map<String, IssueShape> issues,

            @Nullable
            @Schema(
                    description =
                            "What to give as `after` for the next page; null when this is the last. A page may hold fewer than `limit`")
            String next) {}

    @Schema(name = "Checkout")
    record CheckoutShape(
            @Schema(minLength = 1, maxLength = 256) String processId,
            @Nullable @Schema(minimum = "1") Long pid,

            @Nullable @Schema(description = "With host or tmuxSession the process is registered too", maxLength = 256)
            String host,

            @Nullable @Schema(maxLength = 256) String tmuxSession,
            @Nullable String taskType,

            @Nullable @Schema(description = "Merged over retryCount and errorCount, which begin at 0")
            Object metadata) {}

    @Schema(name = "Checkin")
    record CheckinShape(
            String processId,

            @Nullable @Schema(defaultValue = "completed", description = "Any but processing")
            String status,

            @Nullable @Schema(description = "Any value; {} when absent")
            Object result) {}

    @Schema(name = "StatusUpdate", description = "Merged into the issue's record, which is created where there is none")
    record StatusUpdateShape(String status) {}

    @Schema(name = "Alive")
    record AliveShape(boolean alive) {}

    @Schema(name = "Heartbeat")
    record HeartbeatShape(
            @Nullable @Schema(description = "Who must hold it; whoever does when absent")
            String processId) {}

    @Schema(name = "Process")
    record ProcessShape(
            @Nullable Long pid,
            @Nullable String host,
            @Nullable String tmuxSession) {}

    @Schema(name = "ProcessWithLife")
    record ProcessWithLifeShape(
            @Nullable Long pid,
            @Nullable String host,
            @Nullable String tmuxSession,
            boolean alive,

            @Nullable @Schema(description = "Null once its heartbeat has expired")
            String lastSeen) {}

    @Schema(name = "Orphan")
    record OrphanShape(
            long issue,
            @Nullable String processId,
            @Nullable String lastSeen) {}

    @Schema(name = "Task", description = "Any object; startTime is stamped where it is absent")
    record TaskShape(@Nullable String startTime) {}

    @Schema(name = "LastRun", description = "Any object; timestamp is stamped at every save")
    record LastRunShape(@Nullable String timestamp) {}

    @Schema(name = "Removed")
    record RemovedShape(List<String> removed) {}

    @Schema(name = "Statistics")
    record StatisticsShape(
            long total,
            Map<String, Long> byStatus,
            Map<String, Long> byTaskType,
            @Nullable OldestShape oldestProcessing) {}

    @Schema(name = "OldestProcessing")
    record OldestShape(
            long issue,
            @Nullable String startTime,
            @Nullable String processId) {}

    @Schema(name = "Breaker")
    record BreakerShape(
            @Schema(allowableValues = {"closed", "open", "half-open", "reconciling"})
            String state,

            @Nullable String reason) {}

    @Schema(name = "Migration", description = "Where the project stands")
    record MigrationShape(
            @Schema(allowableValues = {"file", "dual-write", "redis-read", "redis-write", "redis-only"})
            String phase,

            @Schema(allowableValues = {"file", "redis"}) String authority,
            long epoch,
            int readPercent,
            int writePercent,
            BreakerShape breaker,
            long dirtyRecords,
            long unknownOutcomes,
            long mirrorLagMillis,
            long mismatches,
            long foreignWrites,
            @Nullable JobShape job,
            @Nullable Object lastDiff,

            @Nullable @Schema(description = "What going back to the files would cost now")
            Object rollback) {}

    @Schema(name = "PhaseChange")
    record PhaseChangeShape(
            @Schema(allowableValues = {"file", "dual-write", "redis-read", "redis-write", "redis-only"})
            String phase,

            @Nullable @Schema(minimum = "0", maximum = "100", defaultValue = "100")
            Integer readPercent,

            @Nullable @Schema(minimum = "0", maximum = "100", defaultValue = "100")
            Integer writePercent,

            @Nullable @Schema(description = "Only judges the gates; writes nothing", defaultValue = "false")
            Boolean dryRun,

            @Nullable @Schema(description = "Moves although gates fail; the journal says so", defaultValue = "false")
            Boolean force,

            @Nullable @Schema(description = "For the journal", maxLength = 256)
            String reason) {}

    @Schema(name = "PhaseChanged", description = "What was done; of a dry run: from, to, dryRun, passed and gates")
    record PhaseChangedShape(
            String from,
            String to,
            int readPercent,
            int writePercent,
            @Nullable Long epoch,
            @Nullable Long compared,
            @Nullable Long copied,

            @Nullable @Schema(description = "How long operations were held up")
            Double pauseMillis,

            @Nullable Boolean dryRun,
            @Nullable Boolean passed,
            @Nullable List<GateShape> gates) {}

    @Schema(name = "Gate")
    record GateShape(String name, boolean passed, String measured, String bound) {}

    @Schema(name = "Rollback")
    record RollbackShape(
            @Nullable
            @Schema(
                    defaultValue = "file",
                    allowableValues = {"file", "dual-write", "redis-read", "redis-write"})
            String to,

            @Nullable @Schema(maxLength = 256) String reason) {}

    @Schema(name = "DiffRequest")
    record DiffShape(
            @Nullable
            @Schema(
                    defaultValue = "none",
                    allowableValues = {"none", "file", "redis", "authority"},
                    description = "Which store is taken for right and copied to the other")
            String repair,

            @Nullable
            @Schema(defaultValue = "false", description = "Tells what the repair would do, and writes nothing")
            Boolean dryRun,

            @Nullable
            @Schema(
                    defaultValue = "false",
                    description = "Goes on with the diff that was stopped last, as it was asked for then")
            Boolean resume) {}

    @Schema(name = "RecordingRequest", description = "What to record, all of it optional")
    record RecordingRequestShape(
            @Nullable
            @Schema(pattern = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}", description = "Of the fixture; by the time if absent")
            String name,

            @Nullable @Schema(description = "An existing directory of the bridge's host; .bridge/recordings if absent")
            String directory,

            @Nullable @Schema(description = "Rules of redaction that go before those that come with the bridge")
            Object rules) {}

    @Schema(name = "Recording", description = "Calls of workers, written as a fixture")
    record RecordingShape(
            String id,

            @Schema(
                    allowableValues = {"running", "done", "failed"},
                    description = "failed: it ended by itself")
            String state,

            @Schema(format = "date-time") String startedAt,
            long calls,
            @Schema(description = "On the bridge's host") String directory,

            @Nullable @Schema(description = "Why it ended by itself")
            String error,

            @Schema(description = "What to know when it is replayed")
            List<String> notes) {}

    @Schema(name = "NoiseRule", description = "A field that may differ for a time")
    record NoiseRuleShape(
            @Schema(maxLength = 256) String name,

            @Schema(maxLength = 256, description = "Why the difference does no harm")
            String reason,

            @Schema(maxLength = 256, description = "Who answers for it")
            String owner,

            @Schema(format = "date-time", description = "From then on it doesn't apply any more")
            String expires,

            @Nullable
            @Schema(
                    allowableValues = {
                        "issues",
                        "processes",
                        "processed-issues",
                        "processed-comments",
                        "running-tasks",
                        "pending-tasks",
                        "last-run"
                    },
                    description = "Without it the rule is for all collections")
            String collection,

            @Schema(
                    example = "/metadata/*",
                    description = "A JSON Pointer; * is any text within one name, ** any at all")
            String pointer) {}

    @Schema(name = "DiffSummary")
    record DiffSummaryShape(
            String id,
            String time,

            @Schema(allowableValues = {"consistent", "inconsistent", "void"})
            String verdict,

            long compared,
            long differing) {}

    @Schema(name = "Backfill")
    record BackfillShape(
            @Nullable
            @Schema(minimum = "0", defaultValue = "0", description = "Records a second at most; 0 for no limit")
            Long rate,

            @Nullable @Schema(description = "Only counts; writes nothing", defaultValue = "false")
            Boolean dryRun) {}

    @Schema(name = "Job")
    record JobShape(
            String id,
            String kind,

            @Schema(allowableValues = {"running", "done", "failed", "cancelled"})
            String state,

            long done,
            long total,
            long ratePerSecond,
            long etaSeconds,
            @Nullable Object result,
            @Nullable String error,

            @Nullable @Schema(description = "Why it was refused, in a word: not-lossless, …")
            String code) {}

    @Schema(name = "DiffReport")
    record DiffReportShape(
            String id,

            @Schema(allowableValues = {"consistent", "inconsistent", "void"})
            String verdict,

            Object collections,
            List<DifferenceShape> differences,
            List<String> notCompared) {}

    @Schema(name = "Difference")
    record DifferenceShape(
            String collection,
            String record,

            @Schema(description = "JSON Pointer into the record")
            String pointer,

            @Schema(allowableValues = {"missing-in-redis", "missing-in-file", "different"})
            String kind,

            @Nullable Object file,
            @Nullable Object redis,
            String cause,
            @Nullable Boolean repaired) {}

    @Schema(name = "Findings")
    record FindingsShape(
            @Schema(description = "Whether no finding is an error")
            boolean passed,

            List<FindingShape> findings) {}

    @Schema(name = "Finding")
    record FindingShape(
            String check,

            @Schema(allowableValues = {"ok", "warning", "error"})
            String level,

            String found,

            @Schema(description = "What to do; empty where nothing needs doing")
            String fix) {}

    @Schema(name = "Mismatches")
    record MismatchesShape(
            @Schema(description = "When the rollout last moved")
            String since,

            ComparedShape sinceStageBegan,
            ComparedShape all,
            List<SignatureShape> signatures) {}

    @Schema(name = "Compared")
    record ComparedShape(long comparisons, long mismatches, long noise) {}

    @Schema(name = "MismatchSignature")
    record SignatureShape(
            String collection,
            String pointer,

            @Schema(allowableValues = {"missing-in-redis", "missing-in-file", "different"})
            String kind,

            String cause,
            long count,
            String firstSeen,
            String lastSeen,
            List<Object> examples) {}

    @Schema(name = "ForeignWrites")
    record ForeignWritesShape(
            long writes,
            long records,

            @Schema(description = "How many writes of ours they erased since the start")
            long erasedOurs,

            @Nullable String last,

            @Schema(description = "How many by file") Object files,

            @Schema(description = "How many erased writes are neither applied again nor found to be changed since")
            long open,

            List<ErasureShape> erased) {}

    @Schema(name = "Erasure")
    record ErasureShape(
            String collection,
            String record,
            String noticed,
            String file,
            Object ours,

            @Nullable @Schema(description = "What stood in its place; absent where nothing did")
            Object theirs) {}

    @Schema(name = "Reapply")
    record ReapplyShape(
            @Nullable @Schema(description = "Like issues/7; all that are open where absent")
            List<String> records) {}

    @Schema(name = "Reapplied")
    record ReappliedShape(List<ReappliedRecordShape> records) {}

    @Schema(name = "ReappliedRecord")
    record ReappliedRecordShape(
            String record,

            @Schema(allowableValues = {"reapplied", "already-there", "changed-since", "not-erased"})
            String result) {}

    @Schema(name = "Journal")
    record JournalShape(
            List<EntryShape> entries,

            @Nullable @Schema(description = "What to give as `after` for the next page; null when this is the last")
            Long next) {}

    @Schema(name = "JournalEntry")
    record EntryShape(long number, String time, String event, String who, String why, Object details) {}

    @Schema(name = "Project")
    record ProjectShape(
            String name,

            @Nullable
            @Schema(
                    allowableValues = {"starting", "standby"},
                    description = "Why it isn't open")
            String reason,

            @Nullable @Schema(description = "With standby: of the bridge that owns it, on its host")
            Long ownerPid) {}

    @Schema(name = "History")
    record HistoryShape(int everySeconds, Map<String, List<Long>> columns) {}

    @Schema(name = "Health")
    record HealthShape(
            @Schema(allowableValues = {"UP", "DOWN"}) String status,

            @Nullable
            @Schema(
                    allowableValues = {"starting", "standby"},
                    description = "Why a project isn't open")
            String reason,

            @Nullable @Schema(description = "With standby: of the bridge that owns the project, on its host")
            Long ownerPid) {}

    @Schema(name = "Problem", description = "RFC 9457")
    record ProblemShape(
            @Schema(example = "urn:poppo-bridge:problem:invalid-request")
            String type,

            String title,
            int status,
            String detail,

            @Schema(
                    description =
                            "invalid-request, unauthorized, forbidden, not-found, unknown-issue, method-not-allowed, not-acceptable, already-checked-out, not-holder, holder-alive, not-processing, gate-failed, illegal-phase, job-running, plan-running, plan-state, plan-passed, no-approval-needed, no-webhook, files-behind, redis-behind, nothing-to-resume, noise-rule-exists, too-many-noise-rules, idempotency-key-reused, too-large, unsupported-media-type, corrupt-state, internal-error, unavailable, standby, unknown-outcome")
            String code,

            @Nullable @Schema(description = "With invalid-request: where the request is wrong")
            String field,

            @Nullable @Schema(description = "With already-checked-out, not-holder and holder-alive")
            String holder,

            @Nullable @Schema(description = "With already-checked-out and holder-alive")
            String startTime,

            @Nullable @Schema(description = "With gate-failed")
            List<GateShape> gates,

            @Nullable @Schema(description = "With invalid-request about a plan: everything that is wrong with it")
            List<FaultShape> faults,

            @Nullable @Schema(description = "With standby: of the bridge that owns the project, on its host")
            Long ownerPid) {}

    @Schema(name = "PlanFault")
    record FaultShape(int line, int column, String message) {}

    @Schema(name = "PlanReason")
    record PlanReasonShape(
            @Nullable @Schema(description = "For the journal", maxLength = 256)
            String reason) {}

    @Schema(name = "PlanStatus")
    record PlanShape(
            String name,

            @Schema(allowableValues = {"running", "paused", "rolling-back", "rolled-back", "aborted", "done"})
            String state,

            @Schema(description = "Number of the stage under way, from 0")
            int stage,

            @Schema(allowableValues = {"move", "jobs", "hold"})
            String step,

            @Schema(allowableValues = {"gates", "approval", "job", "hold", "operator", "nothing"})
            String waitsFor,

            @Schema(description = "What keeps it from going on, or why it is in this state; may be empty")
            String why,

            String started,

            @Schema(description = "When the step began") String since,

            @Nullable @Schema(description = "While it holds: the end of the hold")
            String until,

            @Nullable @Schema(description = "The job under way, or the diff that ended the plan")
            String job,

            @Nullable String ended,
            List<PlanStageShape> stages,

            @Schema(description = "The bounds of the stage in force, as they are judged now")
            List<GateShape> gates,

            List<PlanApprovalShape> approvals,

            @Nullable @Schema(description = "Why the last try of what is under way failed")
            String trouble) {}

    @Schema(name = "PlanStage")
    record PlanStageShape(
            String name,
            String phase,
            int readPercent,
            int writePercent,
            long holdSeconds,

            @Schema(description = "Whether an operator has to approve before it is entered")
            boolean approval,

            @Schema(allowableValues = {"pause", "rollback"}) String onBreach,

            @Schema(description = "Bounds of its gates that are other than the bridge's own, by name", type = "object")
            Object asks,

            @Schema(allowableValues = {"passed", "present", "ahead"})
            String state) {}

    @Schema(name = "KnownPlan")
    record KnownPlanShape(
            String name,

            @Schema(allowableValues = {"shipped", "last-run"})
            String origin,

            @Schema(description = "The plan, as YAML") String text) {}

    @Schema(name = "PlanCheck")
    record PlanCheckShape(
            boolean valid,
            List<FaultShape> faults,
            @Nullable String name,

            @Nullable @Schema(description = "Present is the one it would begin at")
            List<PlanStageShape> stages,

            @Nullable @Schema(description = "The first stage above the present phase")
            String toward,

            @Nullable @Schema(description = "How its gates judge now, by the bounds of the stage before it")
            List<GateShape> gates) {}

    @Schema(name = "PlanApproval")
    record PlanApprovalShape(int stage, String who, String why, String time) {}
}
