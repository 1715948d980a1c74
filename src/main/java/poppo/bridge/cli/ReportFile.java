package poppo.bridge.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The file of {@code --out}, and what it has to do with {@code --format} and {@code --json}. */
final class ReportFile {
    private static final String JSON = "json";

    private ReportFile() {}

    /**
     * Looks before the work is done.
     *
     * @param format the word of {@code --format}
     * @throws CommandFailure when a file can't be written there, or standard output was asked for two things
     */
    static void requireSensible(@Nullable Path out, @Nullable String format, boolean isJson) {
        if (isJson && out == null && format != null && !format.equals(JSON)) {
            throw CommandFailure.usage(
                    "--json prints JSON, not " + format + "; leave one of the two out, or add --out for the " + format);
        }
        if (out == null) {
            return;
        }
        Path directory = out.toAbsolutePath().getParent();
        if (Files.isDirectory(out) || directory == null || !Files.isDirectory(directory)) {
            throw CommandFailure.usage("--out " + out + " can't be written: "
                    + (Files.isDirectory(out) ? "it is a directory" : "there is no directory " + directory));
        }
    }

    static void write(Path out, String report) {
        try {
            Files.writeString(out, report.endsWith("\n") ? report : report + "\n");
        } catch (IOException e) {
            throw CommandFailure.usage("--out " + out + " can't be written: " + e);
        }
    }
}
