package poppo.bridge.interleaving;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The interleavings are worth something only if they catch a bridge, a store or a disk that is wrong. */
@Timeout(120)
class MutationsTest {
    private static final int SEEDS = 600;

    @ParameterizedTest
    @EnumSource(Mutation.class)
    void everySafeguardIsMissedWhenItIsTakenAway(Mutation mutation) {
        assertThat(firstToCatch(mutation)).as("caught " + mutation).isPositive();
    }

    /** The first seed that catches it and lets the unmutated world pass; -1 if none does. */
    private static long firstToCatch(Mutation mutation) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            if (Run.of(seed, mutation.parts()).failure().isPresent()
                    && Run.of(seed).failure().isEmpty()) {
                return seed;
            }
        }
        return -1;
    }
}
