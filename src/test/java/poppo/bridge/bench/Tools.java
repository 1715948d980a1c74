package poppo.bridge.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs that a row may need and that need not be here. */
final class Tools {
    private Tools() {}

    /** The {@code java} of a JDK of that feature release: the one we run on, or one of those that Debian's packages install. */
    static Optional<Path> java(int feature) throws IOException {
        List<Path> homes = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"))));
        Path others = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(others)) {
            try (Stream<Path> found = Files.list(others)) {
                found.sorted().forEach(homes::add);
            }
        }
        for (Path home : homes) {
            Path release = home.resolve("release");
            if (Files.isReadable(release) && Files.readString(release).contains("JAVA_VERSION=\"" + feature + ".")) {
                return Optional.of(home.resolve("bin").resolve("java"));
            }
        }
        return Optional.empty();
    }

    static boolean isOnPath(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
