package poppo.bridge.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Path;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.state.Json;

/** A bridge that works for a while, as a process of its own; prints what its heap holds then. */
final class HeapRun {
    private static final int WORKERS = 4;
    private static final int ROUNDS = 3;

    private HeapRun() {}

    /** @param args the state directory, the server's URI, how many issues there are */
    public static void main(String[] args) throws Exception {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        long used;
        try (ShadowStateManager bridge = Bridges.open(Path.of(args[0]), args[1], "default", Phase.REDIS_WRITE)) {
            Worker worker = new Worker(Integer.parseInt(args[2]), WORKERS);
            for (int round = 0; round < ROUNDS; round++) {
                Meter.cycles(WORKERS, worker.cycle(bridge));
            }
            bridge.mirror();
            memory.gc();
            used = memory.getHeapMemoryUsage().getUsed();
        }
        System.out.println(Json.compact(Json.object().put("used", used)));
    }
}
