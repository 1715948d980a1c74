package poppo.bridge.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import poppo.bridge.migration.EndedJob;
import poppo.bridge.migration.Job;
import poppo.bridge.migration.Migration;
import poppo.bridge.shadow.Authority;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.StoreObserver;
import poppo.bridge.state.Served;
import poppo.bridge.state.ServerFacts;

/**
 * What {@code GET /prometheus} shows: the metrics of {@link Metric}, and no others. Made before the stores, because they are
 * given an {@link #observer}.
 *
 * <p>What is counted elsewhere anyway is asked for when it is scraped; only the timers cost something on a call's way.
 */
public final class Metrics {
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

    private static final String WHOLE_RECORD = "(record)";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<RequestKey, Timer> requests = new ConcurrentHashMap<>();
    private final Map<String, Pulse> pulses = new ConcurrentHashMap<>();
    private final List<Runnable> beforeScrape = new CopyOnWriteArrayList<>();

    public Metrics() {
        registry.config().meterFilter(MeterFilter.denyUnless(this::isKnown));
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        bindGarbageCollection();
    }

    /** Micrometer puts the end of some names on only later. */
    private boolean isKnown(Meter.Id id) {
        String name = id.getConventionName(registry.config().namingConvention());
        return Stream.of("", "_seconds", "_total")
                .anyMatch(end -> Metric.of(name + end).isPresent());
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
        return timer(
                Metric.STORE_CALLS,
                project,
                key.operation(),
                key.store().label(),
                key.outcome().name().toLowerCase(Locale.ROOT));
    }

    private Timer timer(Metric metric, String... labels) {
        return Timer.builder(metric.label())
                .description(metric.meaning())
                .tags(metric.tags(labels))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** Shows where a project stands. */
    void watch(ProjectHandle handle) {
        String project = handle.name();
        ShadowStateManager shadow = handle.shadow();
        watchStanding(project, shadow);
        watchRecovery(project, shadow);
        watchComparison(project, shadow);
        watchFiles(project, shadow);
        watchWork(project, handle.migration());
    }

    private void watchStanding(String project, ShadowStateManager shadow) {
        for (Phase phase : Phase.values()) {
            gauge(Metric.PHASE, () -> is(shadow.standing().phase() == phase), project, phase.label());
        }
        gauge(Metric.AUTHORITY_REDIS, () -> is(shadow.standing().authority() == Authority.REDIS), project);
        gauge(Metric.EPOCH, () -> shadow.standing().epoch(), project);
        gauge(Metric.READ_PERCENT, () -> shadow.standing().rollout().readPercent(), project);
        gauge(Metric.WRITE_PERCENT, () -> shadow.standing().rollout().writePercent(), project);
    }

    private void watchRecovery(String project, ShadowStateManager shadow) {
        for (String state : shadow.breakerTransitions().keySet()) {
            gauge(Metric.BREAKER, () -> is(shadow.status().breaker().equals(state)), project, state);
            count(
                    Metric.BREAKER_TRANSITIONS,
                    () -> shadow.breakerTransitions().getOrDefault(state, 0L),
                    project,
                    state);
        }
        for (Authority to : Authority.values()) {
            count(Metric.AUTHORITY_CHANGES, () -> shadow.authorityChanges(to), project, to.label());
        }
        count(Metric.FAIL_OVERS, () -> shadow.status().failOvers(), project);
        count(Metric.RETURNS, () -> shadow.status().returns(), project);
        count(Metric.FALLBACKS, () -> shadow.status().fallbacks(), project);
        gauge(Metric.DIRTY_RECORDS, () -> shadow.status().dirtyRecords(), project);
        gauge(Metric.DIRTY_COLLECTIONS, () -> shadow.status().dirtyCollections(), project);
        gauge(Metric.UNKNOWN_OUTCOMES, () -> shadow.status().unknownOutcomes(), project);
    }

    private void watchComparison(String project, ShadowStateManager shadow) {
        count(Metric.COMPARISONS, () -> shadow.status().comparisons(), project);
        count(Metric.MISMATCHES, () -> shadow.status().mismatches(), project);
        count(Metric.NOISE, () -> shadow.status().noise(), project);
        Map<Tags, Double> signatures = new ConcurrentHashMap<>();
        beforeScrape.add(() -> shadow.mismatches().path("signatures").forEach(each -> {
            String pointer = each.path("pointer").asText();
            Tags tags = Metric.MISMATCH_SIGNATURES.tags(
                    project,
                    each.path("collection").asText(),
                    pointer.isEmpty() ? WHOLE_RECORD : pointer,
                    each.path("kind").asText(),
                    each.path("cause").asText());
            counted(
                    Metric.MISMATCH_SIGNATURES,
                    signatures,
                    tags,
                    each.path("count").asDouble());
        }));
    }

    private void watchFiles(String project, ShadowStateManager shadow) {
        count(Metric.FOREIGN_WRITES, () -> shadow.status().foreignWrites(), project);
        gauge(Metric.MIRROR_LAG, () -> shadow.status().mirrorLagMillis() / 1000.0, project);
        gauge(Metric.MIRROR_LAG_RECORDS, () -> shadow.status().mirrorLagRecords(), project);
        gauge(Metric.JOURNAL_BYTES, () -> shadow.status().journalBytes(), project);
        count(Metric.JOURNAL_REFUSALS, () -> shadow.status().journalRefusals(), project);
    }

    private void watchWork(String project, Migration migration) {
        Map<Tags, Double> gates = new ConcurrentHashMap<>();
        beforeScrape.add(() -> migration.lastJudged().forEach(gate -> {
            Tags tags = Metric.GATE_PASSED.tags(project, gate.name());
            if (gates.put(tags, is(gate.passed())) == null) {
                gauge(Metric.GATE_PASSED, () -> gates.get(tags), tags);
            }
        }));
        gauge(Metric.JOB_RUNNING, () -> is(migration.runningJob().isPresent()), project);
        gauge(
                Metric.JOB_DONE_RECORDS,
                () -> migration.runningJob().map(Job::done).orElse(0L),
                project);
        gauge(
                Metric.JOB_EXPECTED_RECORDS,
                () -> migration.runningJob().map(Job::total).orElse(0L),
                project);
        EndedJob.all()
                .forEach(how -> count(Metric.JOBS, () -> migration.endedJobs(how), project, how.kind(), how.outcome()));
        migration
                .audit()
                .onNote(entry -> Counter.builder(Metric.EVENTS.label())
                        .description(Metric.EVENTS.meaning())
                        .tags(Metric.EVENTS.tags(project, entry.path("event").asText()))
                        .register(registry)
                        .increment());
    }

    /** Shows how a project's Redis is. */
    public void watch(String project, Supplier<ServerFacts> redis) {
        RedisFacts facts = new RedisFacts(redis, System::nanoTime);
        beforeScrape.add(facts::refresh);
        gauge(Metric.REDIS_UP, () -> is(facts.isUp()), project);
        gauge(Metric.REDIS_PING, () -> facts.value(known -> known.pingMicros() / 1e6), project);
        gauge(Metric.REDIS_USED_MEMORY, () -> facts.value(ServerFacts::usedMemory), project);
        gauge(Metric.REDIS_MAX_MEMORY, () -> facts.value(ServerFacts::maxmemory), project);
        gauge(Metric.REDIS_REPLICAS, () -> facts.value(ServerFacts::replicas), project);
        gauge(
                Metric.REDIS_PERSISTENCE_OK,
                () -> facts.value(known -> is(known.aofLastWriteOk() && known.rdbLastSaveOk())),
                project);
    }

    private static double is(boolean condition) {
        return condition ? 1 : 0;
    }

    private void gauge(Metric metric, Supplier<Number> value, String... labels) {
        gauge(metric, value, metric.tags(labels));
    }

    private void gauge(Metric metric, Supplier<Number> value, Tags tags) {
        Gauge.builder(metric.label(), value)
                .description(metric.meaning())
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }

    private void count(Metric metric, Supplier<Number> value, String... labels) {
        count(metric, value, metric.tags(labels));
    }

    private void count(Metric metric, Supplier<Number> value, Tags tags) {
        // Micrometer forgets what it counts when nobody else holds it; somebody holds this.
        FunctionCounter.builder(metric.label(), this, all -> value.get().doubleValue())
                .description(metric.meaning())
                .tags(tags)
                .register(registry);
    }

    /** Shows a counter whose labels are known only once it counts. */
    private void counted(Metric metric, Map<Tags, Double> known, Tags tags, double times) {
        if (known.put(tags, times) == null) {
            count(metric, () -> known.get(tags), tags);
        }
    }

    void watch(String pool, ThreadPoolExecutor executor) {
        gauge(Metric.CALLS_RUNNING, executor::getActiveCount, pool);
        gauge(Metric.CALLS_WAITING, () -> executor.getQueue().size(), pool);
    }

    /** Shows whether a project stands by. */
    void watch(String project, BooleanSupplier isStandby) {
        gauge(Metric.STANDBY, () -> is(isStandby.getAsBoolean()), project);
    }

    void watch(String project, EventLog log) {
        gauge(Metric.EVENT_STREAMS, log::streams, project);
    }

    /** @param route the pattern a request matched, never the path itself: labels must be few */
    void answered(String method, String route, int status, long nanos) {
        requests.computeIfAbsent(new RequestKey(method, route, status), this::requestTimer)
                .record(Duration.ofNanos(nanos));
    }

    private record RequestKey(String method, String route, int status) {}

    private Timer requestTimer(RequestKey key) {
        return timer(Metric.HTTP_REQUESTS, key.method(), key.route(), Integer.toString(key.status()));
    }

    /** Everything in Prometheus's text format. */
    String scrape() {
        beforeScrape.forEach(Runnable::run);
        return registry.scrape();
    }
}
