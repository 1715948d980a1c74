package poppo.bridge.replay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import poppo.bridge.state.BridgeException;

/**
 * What a state directory holds, file by file and to the last byte, without what comes and goes: locks, backups, work in
 * progress, and what the bridge keeps for itself but for the processes. A label request names the process that wrote it;
 * that is left out.
 */
final class Content {
    private static final Pattern OURS =
            Pattern.compile("[^./]+\\.json|requests/[^./]+\\.json|\\.bridge/processes\\.json");
    private static final Pattern WRITER = Pattern.compile("(\"processId\": )\"\\d+\"");
    private static final String REQUESTS = "requests/";

    private Content() {}

    /** The files' texts by their names within the directory. */
    static SortedMap<String, String> of(Path directory) {
        SortedMap<String, String> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory, 2)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = directory.relativize(file).toString();
                if (OURS.matcher(name).matches()) {
                    content.put(name, text(name, Files.readAllBytes(file)));
                }
            }
        } catch (IOException e) {
            throw new BridgeException.Unavailable(directory + " can't be read: " + e, e);
        }
        return content;
    }

    /** The text of a label request, as it is compared. */
    static String request(String text) {
        return WRITER.matcher(text).replaceAll("$1\"writer\"");
    }

    private static String text(String name, byte[] bytes) {
        // One character a byte where it is no UTF-8, so that a damaged file is compared as well.
        String text = new String(bytes, StandardCharsets.UTF_8);
        String exact = text.indexOf('\uFFFD') < 0 ? text : new String(bytes, StandardCharsets.ISO_8859_1);
        return name.startsWith(REQUESTS) ? request(exact) : exact;
    }

    /** All that differs, with the line in which each file first does. */
    static List<Difference> differences(
            String course, String where, Map<String, String> expected, Map<String, String> actual) {
        List<Difference> found = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(expected.keySet());
        names.addAll(actual.keySet());
        for (String name : names) {
            String right = expected.get(name);
            String seen = actual.get(name);
            if (right == null || seen == null) {
                found.add(new Difference(
                        course,
                        "in the end",
                        where + "/" + name,
                        right == null ? "(no such file)" : "a file",
                        seen == null ? "(no such file)" : "a file"));
            } else if (!right.equals(seen)) {
                found.add(byLine(course, where + "/" + name, right, seen));
            }
        }
        return found;
    }

    private static Difference byLine(String course, String place, String right, String seen) {
        String[] expected = right.split("\n", -1);
        String[] actual = seen.split("\n", -1);
        int at = 0;
        while (at < Math.min(expected.length, actual.length) && expected[at].equals(actual[at])) {
            at++;
        }
        return new Difference(
                course,
                "in the end",
                place + ":" + (at + 1),
                at < expected.length ? expected[at] : "(the end)",
                at < actual.length ? actual[at] : "(the end)");
    }

    /** Copies a directory with all there is in it. */
    static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        } catch (IOException e) {
            throw new BridgeException.Unavailable(from + " can't be copied to " + to + ": " + e, e);
        }
    }
}
