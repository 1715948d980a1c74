package poppo.bridge.faults;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/** A cycle that is to be run. */
record Planned(PhaseUnderTest phase, Fault fault) {
    /**
     * Every fault in every phase where it can happen, phase by phase, both in the order of the seed.
     *
     * @param parts which faults
     */
    static List<Planned> all(Random seed, Predicate<Fault.Part> parts) {
        List<PhaseUnderTest> phases = new ArrayList<>(List.of(PhaseUnderTest.values()));
        Collections.shuffle(phases, seed);
        List<Planned> all = new ArrayList<>();
        for (PhaseUnderTest phase : phases) {
            List<Fault> faults = new ArrayList<>(List.of(Fault.values()));
            faults.removeIf(fault -> !fault.phases().contains(phase) || !parts.test(fault.part()));
            Collections.shuffle(faults, seed);
            faults.forEach(fault -> all.add(new Planned(phase, fault)));
        }
        return all;
    }
}
