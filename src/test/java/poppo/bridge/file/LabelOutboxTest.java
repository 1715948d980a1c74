package poppo.bridge.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.Json;
import poppo.bridge.state.LabelRequest;

class LabelOutboxTest {
    @TempDir
    Path directory;

    private LabelOutbox.Sendable prepared() throws IOException {
        LabelOutbox outbox =
                new LabelOutbox(directory.resolve("requests"), new Disk(), new AsideNames(Clock.systemUTC()));
        return outbox.prepare(List.of(new LabelRequest("label-update-1-a.json", Json.object())));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("requests"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void itsConsumerSeesARequestOnlyOnceItIsSent() throws IOException {
        LabelOutbox.Sendable request = prepared();
        assertThat(names()).hasSize(1).noneMatch(name -> name.matches("label-update-.*\\.json"));
        request.send();
        assertThat(names()).containsExactly("label-update-1-a.json");
    }

    @Test
    void aSyncThatComesAfterARequestWasAbandonedDoesNotMakeItAgain() throws IOException {
        LabelOutbox.Sendable request = prepared();
        request.abandon();
        request.sync();
        request.send();
        assertThat(names()).isEmpty();
    }
}
