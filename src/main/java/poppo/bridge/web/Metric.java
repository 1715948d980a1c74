package poppo.bridge.web;

import io.micrometer.core.instrument.Tags;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Every metric there is, by its name in a scrape: what {@link Metrics} measures, what the README lists and what the
 * dashboard and the alerts may use. Names, kinds and labels are stable; a scrape has nothing else.
 */
public enum Metric {
    STORE_CALLS(
            "poppo_store_calls_seconds",
            Kind.HISTOGRAM,
            "calls to a store (file, redis) by what came of them: done, refused, failed, unknown",
            "project",
            "operation",
            "store",
            "outcome"),
    HTTP_REQUESTS(
            "poppo_http_requests_seconds",
            Kind.HISTOGRAM,
            "HTTP requests, until the answer's beginning",
            "method",
            "route",
            "status"),
    CALLS_RUNNING("poppo_calls_running", Kind.GAUGE, "calls being executed", "pool"),
    CALLS_WAITING("poppo_calls_waiting", Kind.GAUGE, "calls waiting for a thread", "pool"),
    EVENT_STREAMS("poppo_event_streams", Kind.GAUGE, "open event streams", "project"),
    STANDBY("poppo_standby", Kind.GAUGE, "1 while another bridge owns the project", "project"),
    PHASE("poppo_phase", Kind.GAUGE, "1 for the present phase, 0 for the others", "project", "phase"),
    READ_PERCENT("poppo_read_percent", Kind.GAUGE, "rollout of reads", "project"),
    WRITE_PERCENT("poppo_write_percent", Kind.GAUGE, "rollout of writes", "project"),
    AUTHORITY_REDIS(
            "poppo_authority_redis", Kind.GAUGE, "1 while Redis has authority, 0 while the files have", "project"),
    AUTHORITY_CHANGES(
            "poppo_authority_changes_total", Kind.COUNTER, "changes of authority, by who got it", "project", "to"),
    EPOCH("poppo_epoch", Kind.GAUGE, "the authority epoch", "project"),
    BREAKER("poppo_breaker", Kind.GAUGE, "1 for the present state, 0 for the others", "project", "state"),
    BREAKER_TRANSITIONS(
            "poppo_breaker_transitions_total",
            Kind.COUNTER,
            "how often the breaker came into a state",
            "project",
            "state"),
    FAIL_OVERS("poppo_fail_overs_total", Kind.COUNTER, "how often the belief in Redis was lost", "project"),
    RETURNS("poppo_returns_total", Kind.COUNTER, "how often it was found again", "project"),
    FALLBACKS("poppo_fallbacks_total", Kind.COUNTER, "calls that the files served for Redis", "project"),
    COMPARISONS("poppo_comparisons_total", Kind.COUNTER, "dual writes and reads compared", "project"),
    MISMATCHES("poppo_mismatches_total", Kind.COUNTER, "those that disagreed", "project"),
    MISMATCH_SIGNATURES(
            "poppo_mismatch_signatures_total",
            Kind.COUNTER,
            "those that disagreed, by what they have in common; at most 200 signatures",
            "project",
            "collection",
            "pointer",
            "kind",
            "cause"),
    NOISE("poppo_noise_total", Kind.COUNTER, "differences that a rule explains", "project"),
    FOREIGN_WRITES("poppo_foreign_writes_total", Kind.COUNTER, "writes of others to the files", "project"),
    DIRTY_RECORDS("poppo_dirty_records", Kind.GAUGE, "records to be carried over", "project"),
    DIRTY_COLLECTIONS("poppo_dirty_collections", Kind.GAUGE, "whole collections to be carried over", "project"),
    UNKNOWN_OUTCOMES("poppo_unknown_outcomes", Kind.GAUGE, "writes to Redis still to be settled", "project"),
    MIRROR_LAG("poppo_mirror_lag_seconds", Kind.GAUGE, "age of the oldest write that the files lack", "project"),
    MIRROR_LAG_RECORDS("poppo_mirror_lag_records", Kind.GAUGE, "records that the files lack", "project"),
    JOURNAL_BYTES("poppo_journal_bytes", Kind.GAUGE, "size of the journal", "project"),
    JOURNAL_REFUSALS("poppo_journal_refusals_total", Kind.COUNTER, "writes refused for want of room", "project"),
    GATE_PASSED(
            "poppo_gate_passed",
            Kind.GAUGE,
            "1 where the gate passed when it was judged last, else 0; from its first judgement on",
            "project",
            "gate"),
    JOB_RUNNING("poppo_job_running", Kind.GAUGE, "1 while a backfill or a diff runs", "project"),
    JOB_DONE_RECORDS("poppo_job_done_records", Kind.GAUGE, "records that the running job has looked at", "project"),
    JOB_EXPECTED_RECORDS("poppo_job_expected_records", Kind.GAUGE, "records that it has to look at", "project"),
    JOBS(
            "poppo_jobs_total",
            Kind.COUNTER,
            "ended jobs (backfill, diff) by how: done, failed, cancelled",
            "project",
            "kind",
            "outcome"),
    EVENTS("poppo_audit_events_total", Kind.COUNTER, "entries of the audit journal", "project", "event"),
    REDIS_UP("poppo_redis_up", Kind.GAUGE, "1 if Redis answered when it was asked last", "project"),
    REDIS_PING(
            "poppo_redis_ping_seconds",
            Kind.GAUGE,
            "the quickest of a few round trips to Redis; asked every 5 s at most",
            "project"),
    REDIS_USED_MEMORY("poppo_redis_used_memory_bytes", Kind.GAUGE, "memory that Redis uses", "project"),
    REDIS_MAX_MEMORY(
            "poppo_redis_max_memory_bytes", Kind.GAUGE, "memory that Redis may use; 0 without a limit", "project"),
    REDIS_REPLICAS("poppo_redis_replicas", Kind.GAUGE, "connected replicas", "project"),
    REDIS_PERSISTENCE_OK(
            "poppo_redis_persistence_ok", Kind.GAUGE, "1 if Redis's last write to its disk went well", "project"),

    JVM_MEMORY_USED("jvm_memory_used_bytes", Kind.GAUGE, "memory in use", "area", "id"),
    JVM_MEMORY_COMMITTED("jvm_memory_committed_bytes", Kind.GAUGE, "memory taken from the system", "area", "id"),
    JVM_MEMORY_MAX("jvm_memory_max_bytes", Kind.GAUGE, "memory there may be; -1 without a limit", "area", "id"),
    JVM_PAUSES(
            "jvm_gc_pause_seconds",
            Kind.SUMMARY,
            "pauses of the garbage collection; from the first one on",
            "action",
            "cause",
            "gc"),
    JVM_THREADS("jvm_threads_live_threads", Kind.GAUGE, "threads"),
    JVM_ALLOCATED("jvm_gc_memory_allocated_bytes_total", Kind.COUNTER, "memory allocated for young objects"),
    JVM_LIVE_DATA("jvm_gc_live_data_size_bytes", Kind.GAUGE, "old objects after the last full collection"),
    PROCESS_CPU("process_cpu_usage", Kind.GAUGE, "share of the processors that the bridge takes, 0 to 1"),
    SYSTEM_CPU("system_cpu_usage", Kind.GAUGE, "share of the processors that everybody takes, 0 to 1"),
    OPEN_FILES("process_files_open_files", Kind.GAUGE, "open file descriptors"),
    MAX_FILES("process_files_max_files", Kind.GAUGE, "file descriptors there may be"),
    UPTIME("process_uptime_seconds", Kind.GAUGE, "how long the bridge has been running"),
    START_TIME("process_start_time_seconds", Kind.GAUGE, "when it was started, since 1970");

    /** What a scrape says of it. */
    public enum Kind {
        GAUGE,
        COUNTER,
        /** In seconds: {@code _bucket}, {@code _count}, {@code _sum}, and a gauge {@code _max} of the last minutes. */
        HISTOGRAM,
        /** As a histogram, without the buckets. */
        SUMMARY;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final String label;
    private final Kind kind;
    private final String meaning;
    private final List<String> labels;

    Metric(String label, Kind kind, String meaning, String... labels) {
        this.label = label;
        this.kind = kind;
        this.meaning = meaning;
        this.labels = List.of(labels);
    }

    /** Its name in a scrape. */
    public String label() {
        return label;
    }

    public Kind kind() {
        return kind;
    }

    public String meaning() {
        return meaning;
    }

    /** The names of its labels. */
    public List<String> labels() {
        return labels;
    }

    /** The names of what a scrape has of it. */
    public List<String> series() {
        return switch (kind) {
            case GAUGE, COUNTER -> List.of(label);
            case SUMMARY -> List.of(label + "_count", label + "_sum", label + "_max");
            case HISTOGRAM -> List.of(label + "_bucket", label + "_count", label + "_sum", label + "_max");
        };
    }

    /** The one with this name in a scrape, or of which a scrape has a series with this name. */
    public static Optional<Metric> of(String name) {
        return Arrays.stream(values())
                .filter(metric -> metric.label.equals(name) || metric.series().contains(name))
                .findFirst();
    }

    /** Its labels with these values, in their order. */
    Tags tags(String... values) {
        if (values.length != labels.size()) {
            throw new IllegalArgumentException(label + " has the labels " + labels);
        }
        Tags tags = Tags.empty();
        for (int i = 0; i < values.length; i++) {
            tags = tags.and(labels.get(i), values[i]);
        }
        return tags;
    }
}
