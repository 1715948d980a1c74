package poppo.bridge.legacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LegacyProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void everyAcknowledgedOperationHasItsLine() throws IOException {
        try (LegacyProcess process = LegacyProcess.start(directory, "files", 3, "a")) {
            assertThat(process.awaitExit(PATIENCE)).as(process.toString()).isZero();
            assertThat(process.acknowledged())
                    .containsExactly("ok add-running-task a-0", "ok add-running-task a-1", "ok add-running-task a-2");
        }
        assertThat(read("running-tasks.json").fieldNames()).toIterable().containsExactly("a-0", "a-1", "a-2");
    }

    @Test
    void twoStatusManagersTakingTurnsLoseEachOthersUpdates() throws IOException {
        // One after the other: both make the file when there is none, and would meet on the name of its next version.
        try (LegacyProcess one = ready(paced("one", 1));
                LegacyProcess other = ready(paced("other", 101))) {
            for (int turn = 1; turn <= 5; turn++) {
                one.proceed();
                one.awaitAcknowledged(turn, PATIENCE);
                other.proceed();
                other.awaitAcknowledged(turn, PATIENCE);
            }
        }

        assertThat(read("issue-status.json").get("issues").fieldNames())
                .toIterable()
                .containsExactly("101", "102", "103", "104", "105");
    }

    @Test
    void killedHolderLeavesItsLockWithItsPid() throws IOException {
        Path lock = directory.resolve(".locks").resolve("last-run.json.lock");
        long pid;
        try (LegacyProcess holder = LegacyProcess.start(
                "--dir", directory.toString(), "--mode", "files", "--script", "hold", "--file", "last-run.json")) {
            holder.awaitAcknowledged(1, PATIENCE);
            pid = holder.process().pid();
        }

        assertThat(lock).hasContent(Long.toString(pid));
    }

    @Test
    void everyScriptRuns() {
        assertThat(script("status", "cycle")).containsExactly("ok checkout 1", "ok heartbeat 1", "ok checkin 1");
        assertThat(script("status", "checkout")).containsExactly("ok checkout 1");
        assertThat(script("status", "heartbeat")).containsExactly("ok heartbeat 1");
        assertThat(script("status", "reset")).containsExactly("ok reset 1");
        assertThat(script("files", "running-cycle"))
                .containsExactly("ok add-running-task legacy-0", "ok remove-running-task legacy-0");
        assertThat(script("files", "processed-issues")).containsExactly("ok add-processed-issue 1");
        assertThat(script("files", "processed-comments")).containsExactly("ok add-processed-comment 1/legacy-0");
        assertThat(script("files", "pending-tasks")).containsExactly("ok save-pending-tasks legacy-0");
        assertThat(script("files", "last-run")).containsExactly("ok save-last-run legacy-0");
    }

    @Test
    void failedOperationIsNotAcknowledged() {
        try (LegacyProcess process =
                LegacyProcess.start("--dir", directory.toString(), "--mode", "status", "--script", "heartbeat")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(process.acknowledged()).isEmpty();
            assertThat(process.complaints()).containsExactly("failed heartbeat 1: not processing");
        }
    }

    @Test
    void wrongArgumentsAreRefused() {
        try (LegacyProcess process = LegacyProcess.start("--dir", directory.toString(), "--mode", "both")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(process.complaints()).containsExactly("--mode must be status or files, not 'both'");
        }
    }

    private static LegacyProcess ready(LegacyProcess process) {
        process.awaitReady(PATIENCE);
        return process;
    }

    private LegacyProcess paced(String id, int first) {
        return LegacyProcess.start(
                "--dir",
                directory.toString(),
                "--mode",
                "status",
                "--count",
                "5",
                "--id",
                id,
                "--first",
                Integer.toString(first),
                "--paced",
                "true");
    }

    private List<String> script(String mode, String script) {
        try (LegacyProcess process =
                LegacyProcess.start("--dir", directory.toString(), "--mode", mode, "--script", script)) {
            assertThat(process.awaitExit(PATIENCE)).as(process.toString()).isZero();
            return process.acknowledged();
        }
    }

    private JsonNode read(String file) throws IOException {
        return LegacyJson.parse(Files.readAllBytes(directory.resolve(file)));
    }
}
