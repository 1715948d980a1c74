package poppo.bridge.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** {@code target/fault-report.md}, of parts that different tests write; each part takes the place of its last one. */
final class ReportFile {
    private static final Path PARTS = Path.of("target", "fault-report");
    private static final Path FILE = Path.of("target", "fault-report.md");

    private ReportFile() {}

    /** @param name gives the part its place among the others */
    static void write(String name, String text) throws IOException {
        Files.createDirectories(PARTS);
        Files.writeString(PARTS.resolve(name + ".md"), text.strip() + "\n");
        List<String> parts = new ArrayList<>();
        try (Stream<Path> files = Files.list(PARTS)) {
            for (Path file : files.sorted().toList()) {
                parts.add(Files.readString(file));
            }
        }
        Files.writeString(FILE, String.join("\n", parts));
    }
}
