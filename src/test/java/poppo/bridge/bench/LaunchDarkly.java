package poppo.bridge.bench;

import com.launchdarkly.sdk.LDContext;
import com.launchdarkly.sdk.LDValue;
import com.launchdarkly.sdk.server.Components;
import com.launchdarkly.sdk.server.LDClient;
import com.launchdarkly.sdk.server.LDConfig;
import com.launchdarkly.sdk.server.MigrationStage;
import com.launchdarkly.sdk.server.integrations.TestData;
import com.launchdarkly.sdk.server.migrations.Migration;
import com.launchdarkly.sdk.server.migrations.MigrationBuilder;
import com.launchdarkly.sdk.server.migrations.MigrationExecution;
import com.launchdarkly.sdk.server.migrations.MigrationMethodResult;
import com.launchdarkly.sdk.server.migrations.MigrationSerialOrder;
import java.io.IOException;
import java.util.Locale;
import java.util.Objects;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/**
 * LaunchDarkly's migration class around two stores, set up to cost least: flags from its offline test data, no events,
 * latencies and errors not tracked, both stores asked by the caller's thread (asked in parallel, a read changes threads).
 */
final class LaunchDarkly implements AutoCloseable {
    private static final LDContext CONTEXT = LDContext.create("benchmark");

    private final LDClient client;
    private final Migration<Versioned, Execution, RecordKey, Operation> migration;
    private final Stamp stamp;

    LaunchDarkly(StateManager files, StateManager redis, Stamp stamp) {
        this.stamp = stamp;
        TestData flags = TestData.dataSource();
        for (MigrationStage stage : MigrationStage.values()) {
            flags.update(flags.flag(flag(stage)).valueForAll(LDValue.of(stage.toString())));
        }
        client = new LDClient(
                "benchmark",
                new LDConfig.Builder()
                        .dataSource(flags)
                        .events(Components.noEvents())
                        .build());
        migration = new MigrationBuilder<Versioned, Execution, RecordKey, Operation>(client)
                .trackErrors(false)
                .trackLatency(false)
                .readExecution(MigrationExecution.Serial(MigrationSerialOrder.FIXED))
                .read(
                        key -> read(files, key),
                        key -> read(redis, key),
                        (one, other) -> Objects.equals(one.image(), other.image()))
                .write(operation -> execute(files, operation), operation -> execute(redis, operation))
                .build()
                .orElseThrow();
    }

    private static String flag(MigrationStage stage) {
        return stage.name().toLowerCase(Locale.ROOT);
    }

    private static MigrationMethodResult<Versioned> read(StateManager store, RecordKey key) {
        try {
            return MigrationMethodResult.Success(store.read(key));
        } catch (BridgeException e) {
            return MigrationMethodResult.Failure(e);
        }
    }

    private MigrationMethodResult<Execution> execute(StateManager store, Operation operation) {
        try {
            return MigrationMethodResult.Success(store.execute(operation, stamp));
        } catch (BridgeException e) {
            return MigrationMethodResult.Failure(e);
        }
    }

    Object read(MigrationStage stage, RecordKey key) {
        return migration.read(flag(stage), CONTEXT, MigrationStage.OFF, key);
    }

    Object write(MigrationStage stage, Operation operation) {
        return migration.write(flag(stage), CONTEXT, MigrationStage.OFF, operation);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
