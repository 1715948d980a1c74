package poppo.bridge.web;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import poppo.bridge.shadow.Authority;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.ShadowStatus;
import poppo.bridge.shadow.StoreObserver;
import poppo.bridge.state.Served;

/**
 * What {@code GET /prometheus} shows. Made before the stores, because they are given an {@link #observer}.
 *
 * <table>
 * <caption>Names, all with the label {@code project} but the last three</caption>
 * <tr><td>{@code poppo_store_calls_seconds}</td><td>timer by {@code operation}, {@code store} (file, redis) and
 *     {@code outcome} (done, refused, failed, unknown)</td></tr>
 * <tr><td>{@code poppo_phase}</td><td>1 for the present {@code phase}, 0 for the others</td></tr>
 * <tr><td>{@code poppo_authority_redis}</td><td>1 while Redis has authority, 0 while the files have</td></tr>
 * <tr><td>{@code poppo_epoch}</td><td>the authority epoch</td></tr>
 * <tr><td>{@code poppo_read_percent}, {@code poppo_write_percent}</td><td>the rollout</td></tr>
 * <tr><td>{@code poppo_breaker}</td><td>1 for the present {@code state}, 0 for the others</td></tr>
 * <tr><td>{@code poppo_dirty_records}, {@code poppo_dirty_collections}, {@code poppo_unknown_outcomes}</td><td>what is
 *     to be carried over</td></tr>
 * <tr><td>{@code poppo_comparisons_total}, {@code poppo_mismatches_total}, {@code poppo_noise_total},
 *     {@code poppo_foreign_writes_total}, {@code poppo_fallbacks_total}</td><td>counted since the start</td></tr>
 * <tr><td>{@code poppo_mirror_lag_seconds}, {@code poppo_journal_bytes}, {@code poppo_journal_refusals_total}</td><td>the
 *     way from the journal to the files</td></tr>
 * <tr><td>{@code poppo_fail_overs_total}, {@code poppo_returns_total}</td><td>changes of belief in Redis</td></tr>
 * <tr><td>{@code poppo_standby}</td><td>1 while another bridge owns the project</td></tr>
 * <tr><td>{@code poppo_event_streams}</td><td>open event streams</td></tr>
 * <tr><td>{@code poppo_http_requests_seconds}</td><td>timer by {@code method}, {@code route} and {@code status}</td></tr>
 * <tr><td>{@code poppo_calls_running}, {@code poppo_calls_waiting}</td><td>by {@code pool} (worker, operator)</td></tr>
 * <tr><td>{@code jvm_*}, {@code process_*}, {@code system_*}</td><td>Micrometer's own</td></tr>
 * </table>
 */
public final class Metrics {
    private static final List<String> BREAKER_STATES = List.of("closed", "open", "half-open", "reconciling");
    private static final Duration[] BUCKETS = {
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<RequestKey, Timer> requests = new ConcurrentHashMap<>();
    private final Map<String, Pulse> pulses = new ConcurrentHashMap<>();

    public Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        bindGarbageCollection();
    }

    /** Listens to the virtual machine for as long as it runs. */
    @SuppressWarnings("resource")
    private void bindGarbageCollection() {
        new JvmGcMetrics().bindTo(registry);
    }

    /** Measures the store calls of one project; to be given to its {@link ShadowStateManager}. */
    public StoreObserver observer(String project) {
        Map<CallKey, Timer> timers = new ConcurrentHashMap<>();
        StoreObserver meters = (operation, store, outcome, nanos) -> timers.computeIfAbsent(
                        new CallKey(operation, store, outcome), key -> storeTimer(project, key))
                .record(Duration.ofNanos(nanos));
        return meters.and(pulse(project));
    }

    /** The calls of one project as its page shows them. */
    Pulse pulse(String project) {
        return pulses.computeIfAbsent(project, name -> new Pulse());
    }

    private record CallKey(String operation, Served store, StoreObserver.Outcome outcome) {}

    private Timer storeTimer(String project, CallKey key) {
        return Timer.builder("poppo.store.calls")
                .description("Calls to a store")
                .tag("project", project)
                .tag("operation", key.operation())
                .tag("store", key.store().label())
                .tag("outcome", key.outcome().name().toLowerCase(Locale.ROOT))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** Shows where a project stands. */
    void watch(ProjectHandle handle) {
        Tags project = Tags.of("project", handle.name());
        ShadowStateManager shadow = handle.shadow();
        for (Phase phase : Phase.values()) {
            gauge(
                    "phase",
                    "1 for the present phase",
                    project.and("phase", phase.label()),
                    shadow,
                    s -> is(s.standing().phase() == phase));
        }
        for (String state : BREAKER_STATES) {
            gauge(
                    "breaker",
                    "1 for the present state",
                    project.and("state", state),
                    shadow,
                    s -> is(s.status().breaker().equals(state)));
        }
        gauge(
                "authority.redis",
                "1 while Redis has authority",
                project,
                shadow,
                s -> is(s.standing().authority() == Authority.REDIS));
        gauge("epoch", "Authority epoch", project, shadow, s -> s.standing().epoch());
        gauge(
                "read.percent",
                "Rollout of reads",
                project,
                shadow,
                s -> s.standing().rollout().readPercent());
        gauge(
                "write.percent",
                "Rollout of writes",
                project,
                shadow,
                s -> s.standing().rollout().writePercent());
        status("dirty.records", "Records to carry over", project, shadow, ShadowStatus::dirtyRecords);
        status("dirty.collections", "Collections to carry over", project, shadow, ShadowStatus::dirtyCollections);
        status("unknown.outcomes", "Writes to settle", project, shadow, ShadowStatus::unknownOutcomes);
        gauge(
                "mirror.lag.seconds",
                "Age of the oldest write that the files lack",
                project,
                shadow,
                s -> s.status().mirrorLagMillis() / 1000.0);
        status("journal.bytes", "Size of the journal", project, shadow, ShadowStatus::journalBytes);
        count("journal.refusals", "Writes refused for want of room", project, shadow, ShadowStatus::journalRefusals);
        count("fail.overs", "Fail-overs to the files", project, shadow, ShadowStatus::failOvers);
        count("returns", "Returns to Redis", project, shadow, ShadowStatus::returns);
        count("comparisons", "Compared answers and reads", project, shadow, ShadowStatus::comparisons);
        count("mismatches", "Comparisons that differed", project, shadow, ShadowStatus::mismatches);
        count("noise", "Differences explained by a rule", project, shadow, ShadowStatus::noise);
        count("foreign.writes", "Writes of others to the files", project, shadow, ShadowStatus::foreignWrites);
        count("fallbacks", "Calls the files served for Redis", project, shadow, ShadowStatus::fallbacks);
    }

    private static double is(boolean condition) {
        return condition ? 1 : 0;
    }

    private <T> void gauge(String name, String what, Iterable<Tag> tags, T of, ToDoubleFunction<T> value) {
        Gauge.builder("poppo." + name, of, value)
                .description(what)
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }

    private void status(
            String name, String what, Tags tags, ShadowStateManager shadow, ToDoubleFunction<ShadowStatus> value) {
        gauge(name, what, tags, shadow, s -> value.applyAsDouble(s.status()));
    }

    private void count(
            String name, String what, Tags tags, ShadowStateManager shadow, ToDoubleFunction<ShadowStatus> value) {
        FunctionCounter.builder("poppo." + name, shadow, s -> value.applyAsDouble(s.status()))
                .description(what)
                .tags(tags)
                .register(registry);
    }

    void watch(String pool, ThreadPoolExecutor executor) {
        Tags tags = Tags.of("pool", pool);
        gauge("calls.running", "Calls being executed", tags, executor, ThreadPoolExecutor::getActiveCount);
        gauge(
                "calls.waiting",
                "Calls waiting for a thread",
                tags,
                executor,
                e -> e.getQueue().size());
    }

    /** Shows whether a project stands by. */
    void watch(String project, BooleanSupplier isStandby) {
        gauge(
                "standby",
                "1 while another bridge owns the project",
                Tags.of("project", project),
                isStandby,
                s -> is(s.getAsBoolean()));
    }

    void watch(String project, EventLog log) {
        gauge("event.streams", "Open event streams", Tags.of("project", project), log, EventLog::streams);
    }

    /** @param route the pattern a request matched, never the path itself: labels must be few */
    void answered(String method, String route, int status, long nanos) {
        requests.computeIfAbsent(new RequestKey(method, route, status), this::requestTimer)
                .record(Duration.ofNanos(nanos));
    }

    private record RequestKey(String method, String route, int status) {}

    private Timer requestTimer(RequestKey key) {
        return Timer.builder("poppo.http.requests")
                .description("HTTP requests, until the answer's beginning")
                .tag("method", key.method())
                .tag("route", key.route())
                .tag("status", Integer.toString(key.status()))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** Everything in Prometheus's text format. */
    String scrape() {
        return registry.scrape();
    }
}
