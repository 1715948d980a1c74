package poppo.bridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Resource;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/**
 * What of a project's content may stand in a fixture, by rules on the names of fields. A text that a rule covers gets a
 * {@linkplain Pseudonyms pseudonym}, the same wherever it stands in one recording; numbers, times and ids stay.
 *
 * <p>Only the name of the field that a text stands in counts, not the way there. So it makes no difference whether what
 * an operation brings is redacted or what it made of the record; that is what lets a redacted fixture be replayed.
 * Thread-safe.
 */
public final class Redaction {
    private static final String STANDARD = "redaction.json";
    private static final String FIELDS = "fields";
    private static final String AS = "as";
    private static final String COLLECTIONS = "collections";
    private static final Set<String> KINDS = Set.of("text", "login", "host", "token");

    /** What operations read or write themselves, and what names records: a replay needs it as it is. */
    private static final List<String> KEPT = List.of(
            "id",
            "status",
            "processId",
            "pid",
            "startTime",
            "endTime",
            "lastHeartbeat",
            "lastUpdated",
            "taskType",
            "reason",
            "timestamp",
            "holder");

    private final List<Rule> rules;
    private final Pseudonyms pseudonyms = new Pseudonyms();

    private Redaction(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    /** Texts in fields of these names, in these collections. */
    private record Rule(Pattern fields, Set<StateCollection> collections, String kind) {
        boolean covers(StateCollection collection, String field) {
            return collections.contains(collection) && fields.matcher(field).matches();
        }
    }

    /** By the rules that come with the bridge, with pseudonyms of its own. */
    public static Redaction standard() {
        return new Redaction(standardRules());
    }

    /** None: for what is redacted already. */
    static Redaction none() {
        return new Redaction(List.of());
    }

    /**
     * By further rules, which go before those that come with the bridge.
     *
     * @param document {@code {"rules": [{"fields": ["name*", …], "as": "text|login|host|token", "collections": […]?}]}};
     *     names are compared without regard to case, and {@code *} stands for anything
     * @throws BridgeException.Invalid naming what is wrong with it
     */
    public static Redaction of(JsonNode document) {
        List<Rule> rules = rules(document);
        rules.addAll(standardRules());
        return new Redaction(rules);
    }

    private static List<Rule> standardRules() {
        return rules(Json.parse(Resource.bytes(Redaction.class, STANDARD)));
    }

    private static List<Rule> rules(JsonNode document) {
        if (!document.path("rules").isArray()) {
            throw new BridgeException.Invalid("rules", "must be an object with an array 'rules'");
        }
        List<Rule> rules = new ArrayList<>();
        for (JsonNode rule : document.path("rules")) {
            rules.add(rule("rules[" + rules.size() + "].", rule));
        }
        return rules;
    }

    private static Rule rule(String at, JsonNode rule) {
        List<String> names = texts(at + FIELDS, rule.path(FIELDS));
        StringBuilder pattern = new StringBuilder();
        for (String name : names) {
            String one = Pattern.quote(name).replace("*", "\\E.*\\Q");
            for (String kept : KEPT) {
                if (Pattern.compile(one, Pattern.CASE_INSENSITIVE).matcher(kept).matches()) {
                    throw new BridgeException.Invalid(
                            at + FIELDS, "'" + name + "' covers '" + kept + "', which a replay needs as it is");
                }
            }
            pattern.append(pattern.isEmpty() ? "" : "|").append(one);
        }
        String kind = rule.path(AS).asText();
        if (!KINDS.contains(kind)) {
            throw new BridgeException.Invalid(at + AS, "must be text, login, host or token");
        }
        Set<StateCollection> collections = EnumSet.allOf(StateCollection.class);
        if (rule.has(COLLECTIONS)) {
            collections.clear();
            texts(at + COLLECTIONS, rule.path(COLLECTIONS))
                    .forEach(label -> collections.add(StateCollection.of(label)));
        }
        return new Rule(Pattern.compile(pattern.toString(), Pattern.CASE_INSENSITIVE), collections, kind);
    }

    private static List<String> texts(String field, JsonNode array) {
        List<String> texts = new ArrayList<>();
        for (JsonNode each : array) {
            if (each.isTextual() && !each.textValue().isEmpty()) {
                texts.add(each.textValue());
            }
        }
        if (texts.isEmpty() || texts.size() != array.size()) {
            throw new BridgeException.Invalid(field, "must be an array of names");
        }
        return texts;
    }

    /** The same document with what may be told of it. */
    JsonNode redact(StateCollection collection, JsonNode document) {
        return redact(collection, null, document);
    }

    private JsonNode redact(StateCollection collection, @Nullable String field, JsonNode value) {
        if (value instanceof ObjectNode object) {
            ObjectNode copy = Json.object();
            object.properties()
                    .forEach(each -> copy.set(each.getKey(), redact(collection, each.getKey(), each.getValue())));
            return copy;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode copy = Json.array();
            array.forEach(each -> copy.add(redact(collection, field, each)));
            return copy;
        }
        return value.isTextual() ? Json.text(redact(collection, field, value.textValue())) : value;
    }

    private String redact(StateCollection collection, @Nullable String field, String text) {
        if (field == null) {
            // A task may be a mere text, which nothing says anything about; comment ids are texts in an array, too.
            return collection == StateCollection.PENDING_TASKS ? pseudonyms.of("text", text) : text;
        }
        for (Rule rule : rules) {
            if (rule.covers(collection, field)) {
                return pseudonyms.of(rule.kind(), text);
            }
        }
        return text;
    }

    /**
     * The image of a record with what may be told of it.
     *
     * @param file what to name when it can't be
     * @throws SecretFound when something of what is left looks like a secret
     */
    JsonNode redact(StateCollection collection, String file, Versioned record) {
        JsonNode image = redact(collection, Objects.requireNonNull(record.image()));
        require(file + "/" + record.key(), 1, image);
        return image;
    }

    /**
     * A call and its answer with what may be told of them.
     *
     * @param line where it is to stand
     * @throws SecretFound when something of what is left looks like a secret
     */
    Recorded redact(Recorded recorded, int line) {
        StateCollection collection = collection(recorded.call());
        Recorded redacted = new Recorded(
                recorded.number(),
                recorded.begun(),
                recorded.took(),
                recorded.caller(),
                redact(recorded.call()),
                recorded.stamp(),
                redactAnswer(collection, recorded.answer()),
                recorded.served());
        require(Fixture.OPERATIONS, line, Lines.write(redacted));
        return redacted;
    }

    /** Where what a call tells of belongs, unless its answer says so itself. */
    private static StateCollection collection(Call call) {
        if (call instanceof Call.Execute execute) {
            return execute.operation().key().collection();
        }
        if (call instanceof Call.Read read) {
            return read.key().collection();
        }
        return StateCollection.ISSUES;
    }

    private static void require(String file, int line, JsonNode document) {
        List<SecretScan.Finding> findings = SecretScan.scan(file, line, document);
        if (!findings.isEmpty()) {
            throw new SecretFound(findings);
        }
    }

    /** A call with what may be told of it. */
    private Call redact(Call call) {
        if (call instanceof Call.Execute execute) {
            StateCollection collection = execute.operation().key().collection();
            return new Call.Execute(RecordJson.mapJson(execute.operation(), json -> redact(collection, json)));
        }
        if (call instanceof Call.ForeignWrite write && write.text() != null) {
            return new Call.ForeignWrite(write.file(), redactFile(write.file(), write.text()));
        }
        return call;
    }

    /** The text of a state file with what may be told of it; of one that is no JSON hardly more than its length. */
    String redactFile(String file, String text) {
        try {
            return Json.pretty(redact(collectionOf(file), Json.parse(text)));
        } catch (MalformedJsonException e) {
            return pseudonyms.of("text", text);
        }
    }

    /** The collection that stands in a file, by its name; of the bridge's own file for processes too. */
    private static StateCollection collectionOf(String file) {
        String name = file.substring(file.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        for (StateCollection collection : StateCollection.values()) {
            if (name.equals(collection.label() + ".json")) {
                return collection;
            }
        }
        return StateCollection.ISSUES;
    }

    /**
     * An answer with what may be told of it.
     *
     * @param collection where what it tells of belongs, unless it says so itself
     */
    private ObjectNode redactAnswer(StateCollection collection, ObjectNode answer) {
        ObjectNode copy = Json.copy(answer);
        for (String document : List.of("answer", "image")) {
            if (copy.has(document)) {
                copy.set(document, redact(collection, copy.get(document)));
            }
        }
        if (copy.get("records") instanceof ArrayNode records) {
            ArrayNode redacted = Json.array();
            records.forEach(record -> redacted.add(redactAnswer(
                    RecordKey.parse("key", record.path("key").asText()).collection(), (ObjectNode) record)));
            copy.set("records", redacted);
        }
        return copy;
    }
}
