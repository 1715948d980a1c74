package poppo.bridge.replay;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Resource;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/**
 * Looks for what nobody should find in a fixture: tokens, keys, passwords, addresses of people, their home directories,
 * and long runs of characters that look random. It says where, never what.
 *
 * <p>The forms of tokens are those that gitleaks and GitHub's scanner know, as far as they begin with something of their
 * own. What it can't see: a secret that looks like a word or like a number.
 */
public final class SecretScan {
    private static final Map<String, Pattern> KNOWN = known();
    private static final Pattern RUN = Pattern.compile("[A-Za-z0-9+/_=-]{32,}");
    private static final double RANDOM_BITS = 4.4;
    /** The ids that GitHub gives comments and other things. They look random, open nothing, and name records. */
    private static final Pattern NODE_ID = Pattern.compile("(?<![A-Za-z0-9])[A-Z][A-Za-z]{0,4}_kw[A-Za-z0-9_-]{8,32}");

    private SecretScan() {}

    /**
     * Something that looks like a secret.
     *
     * @param file relative to what was scanned
     * @param line counted from 1
     * @param pointer the JSON pointer in the line's or the file's document; empty where it is none
     * @param rule what it looks like
     */
    public record Finding(String file, int line, String pointer, String rule) {
        @Override
        public String toString() {
            return file + ":" + line + (pointer.isEmpty() ? "" : " " + pointer) + " looks like a secret (" + rule + ")";
        }
    }

    private static Map<String, Pattern> known() {
        Map<String, Pattern> known = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> rule :
                Json.parse(Resource.bytes(SecretScan.class, "secrets.json")).properties()) {
            known.put(rule.getKey(), Pattern.compile(rule.getValue().textValue()));
        }
        return known;
    }

    /** What a text looks like; empty for nothing that should stay secret. */
    static Optional<String> look(String text) {
        for (Map.Entry<String, Pattern> rule : KNOWN.entrySet()) {
            if (rule.getValue().matcher(text).find()) {
                return Optional.of(rule.getKey());
            }
        }
        Matcher run = RUN.matcher(NODE_ID.matcher(text).replaceAll(" "));
        while (run.find()) {
            if (isRandom(run.group())) {
                return Optional.of("random-looking");
            }
        }
        return Optional.empty();
    }

    /** Hexadecimal digests have at most 4 bits a character, and words about as much. */
    private static boolean isRandom(String run) {
        int[] counts = new int[128];
        run.chars().forEach(each -> counts[each]++);
        double bits = 0;
        for (int count : counts) {
            double share = (double) count / run.length();
            bits -= count == 0 ? 0 : share * Math.log(share) / Math.log(2);
        }
        return bits > RANDOM_BITS && run.chars().anyMatch(Character::isDigit);
    }

    /** Every file under a directory, in the order of their names. */
    public static List<Finding> scan(Path directory) throws IOException {
        List<Finding> findings = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = directory.relativize(file).toString();
                scan(name, new String(Files.readAllBytes(file), StandardCharsets.UTF_8), findings);
            }
        }
        return findings;
    }

    private static void scan(String file, String text, List<Finding> findings) {
        if (file.endsWith(".json") && scanDocument(file, 1, text, findings)) {
            return;
        }
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (!file.endsWith(".jsonl") || !scanDocument(file, number, line, findings)) {
                scanLine(file, number, line, findings);
            }
        }
    }

    private static void scanLine(String file, int number, String line, List<Finding> findings) {
        look(line).ifPresent(rule -> findings.add(new Finding(file, number, "", rule)));
    }

    /** A document that is to stand on one line. */
    static List<Finding> scan(String file, int line, JsonNode document) {
        List<Finding> findings = new ArrayList<>();
        walk(
                document,
                "",
                (text, pointer) -> look(text).ifPresent(rule -> findings.add(new Finding(file, line, pointer, rule))));
        return findings;
    }

    private static void walk(JsonNode value, String pointer, BiConsumer<String, String> texts) {
        if (value.isTextual()) {
            texts.accept(value.textValue(), pointer);
        } else if (value.isObject()) {
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                String inner = pointer + "/" + field.getKey().replace("~", "~0").replace("/", "~1");
                texts.accept(field.getKey(), inner);
                walk(field.getValue(), inner, texts);
            }
        } else {
            for (int i = 0; i < value.size(); i++) {
                walk(value.get(i), pointer + "/" + i, texts);
            }
        }
    }

    /** A document that begins on a line; false if it is none. */
    private static boolean scanDocument(String file, int firstLine, String text, List<Finding> findings) {
        List<Finding> found = new ArrayList<>();
        try (JsonParser parser = Json.parser(text.getBytes(StandardCharsets.UTF_8))) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                @Nullable
                String word = token == JsonToken.FIELD_NAME
                        ? parser.currentName()
                        : token == JsonToken.VALUE_STRING ? parser.getText() : null;
                if (word != null) {
                    int line = firstLine - 1 + parser.currentTokenLocation().getLineNr();
                    String pointer = parser.getParsingContext().pathAsPointer().toString();
                    look(word).ifPresent(rule -> found.add(new Finding(file, line, pointer, rule)));
                }
            }
        } catch (IOException | MalformedJsonException e) {
            return false;
        }
        findings.addAll(found);
        return true;
    }
}
