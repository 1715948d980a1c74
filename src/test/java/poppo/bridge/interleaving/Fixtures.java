package poppo.bridge.interleaving;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Seeds that once broke a promise, each with what it found: {@code <seed> <what>} a line. */
final class Fixtures {
    private static final String FILE = "/interleavings/seeds.txt";

    private Fixtures() {}

    record Seed(long number, String found) {
        @Override
        public String toString() {
            return number + ": " + found;
        }
    }

    static List<Seed> all() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Fixtures.class.getResourceAsStream(FILE), FILE), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Fixtures::seed)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Seed seed(String line) {
        String[] parts = line.split(" ", 2);
        return new Seed(Long.parseLong(parts[0]), parts[1]);
    }
}
