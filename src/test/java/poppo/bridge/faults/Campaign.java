package poppo.bridge.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Many cycles on one rig under one load, phase by phase. Ends with the files read as the legacy classes read them. */
final class Campaign implements AutoCloseable {
    private static final int CLIENTS = 5;

    private final Path directory;
    private final Rig rig;
    private final Load load;
    private final Cycle cycle;
    private final Consumer<Cycle.Result> report;
    private final AtomicInteger readings = new AtomicInteger();

    Campaign(Path directory, StateHome home, PhaseUnderTest phase, long seed, Consumer<Cycle.Result> report)
            throws IOException {
        this.directory = Files.createDirectories(directory);
        this.rig = Rig.start(directory, home, phase);
        this.report = report;
        History history = new History();
        Records records = new Records(rig.api(), history);
        this.load = new Load(CLIENTS, rig.api(), records, history, seed, Rig.SURE);
        this.cycle = new Cycle(rig, load, records, history);
    }

    /** Runs one cycle in a phase, which is entered if it isn't the present one. */
    void run(PhaseUnderTest phase, Fault fault) throws InterruptedException {
        if (rig.phase() != phase) {
            rig.enter(phase);
        }
        report.accept(cycle.run(fault));
    }

    /** Stops the bridge and reads its files; in a phase that retires them it goes back to them first. */
    List<Finding> readAsLegacyClasses() throws IOException, InterruptedException {
        if (rig.phase() == PhaseUnderTest.REDIS_ONLY) {
            rig.enter(PhaseUnderTest.FILE);
        }
        LegacyReading served = LegacyReading.of(rig.api());
        rig.bridge().terminate();
        List<Finding> findings = new ArrayList<>(
                served.compare(rig.home().state(), directory.resolve("legacy-" + readings.incrementAndGet())));
        rig.bridge().start();
        return findings;
    }

    /** What the bridge said last. */
    String words() {
        return "; the bridge's last words: " + rig.bridge().lastWords();
    }

    @Override
    public void close() {
        load.close();
        rig.close();
    }
}
