package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** The kit is worth something only if it fails for stores that are wrong. */
class ContractKitTest {
    /** Set around a run, which stays on the thread that starts it. */
    private static final ThreadLocal<Supplier<StateManager>> SUBJECT = new ThreadLocal<>();

    @ParameterizedTest
    @EnumSource(WrongStore.class)
    void theKitFailsForAWrongStore(WrongStore wrong) {
        Events tests = run(wrong::open);

        assertThat(failures(tests)).as("promises that %s breaks", wrong).contains(wrong.noticedBy());
    }

    @Test
    void theKitPassesForTheRightStores() {
        for (Supplier<StateManager> right : List.<Supplier<StateManager>>of(
                MemoryStateManager::new, MemoryFiles::new, ContractKitTest::fencedRedis)) {
            Events tests = run(right);

            assertThat(failures(tests)).isEmpty();
            assertThat(tests.succeeded().count()).isGreaterThan(300);
            assertThat(tests.skipped().count()).isZero();
        }
    }

    @Test
    void everyTopicIsPartOfTheWholeContract() {
        assertThat(StateManagerContract.class.getDeclaredClasses())
                .hasSize(12)
                .allSatisfy(topic ->
                        assertThat(topic.getSuperclass().getSuperclass()).isEqualTo(Contract.class));
    }

    private static StateManager fencedRedis() {
        MemoryRedis redis = new MemoryRedis();
        Fences.fence(redis, 1);
        return redis;
    }

    private static Events run(Supplier<StateManager> subject) {
        SUBJECT.set(subject);
        try {
            return EngineTestKit.engine("junit-jupiter")
                    .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
                    .selectors(selectClass(Subject.class))
                    .execute()
                    .testEvents();
        } finally {
            SUBJECT.remove();
        }
    }

    private static List<String> failures(Events tests) {
        return tests.failed().stream().map(ContractKitTest::method).distinct().toList();
    }

    private static String method(Event event) {
        return event.getTestDescriptor()
                .getSource()
                .map(source -> ((MethodSource) source).getMethodName())
                .orElseThrow();
    }

    /** Not found by the build, since it is nested; run from here only. */
    static class Subject extends StateManagerContract {
        @Override
        public StateManager open(TestClock clock) {
            return SUBJECT.get().get();
        }
    }
}
