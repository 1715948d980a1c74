package poppo.bridge.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import poppo.bridge.migration.Bounds;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;

/** What is a plan and what isn't, to the parser and to the schema. */
class PlanReaderTest {
    private static final Path SHIPPED = Path.of("migration-plans");
    private static final String HEAD = "format: 1\nname: x\n";

    private static JsonSchema schema() throws IOException {
        try (InputStream schema = PlanReader.class.getResourceAsStream("plan.schema.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(schema);
        }
    }

    private static JsonNode json(String yaml) {
        return new ObjectMapper().valueToTree(new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml));
    }

    private static List<String> faults(String yaml) {
        PlanFaults faults = catchThrowableOfType(PlanFaults.class, () -> PlanReader.read(yaml));
        assertThat(faults).as(yaml).isNotNull();
        return faults.faults().stream().map(Fault::toString).toList();
    }

    static List<Path> shipped() throws IOException {
        try (Stream<Path> files = Files.list(SHIPPED)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void everyPlanShippedIsOneToTheParserAndToTheSchema(Path file) throws IOException {
        String text = Files.readString(file);
        Plan plan = PlanReader.read(text);
        assertThat(file.getFileName()).hasToString(plan.name() + ".yml");
        assertThat(schema().validate(json(text))).isEmpty();
        assertThat(text).startsWith("# yaml-language-server: $schema=");
        String schema = text.substring(text.indexOf('=') + 1, text.indexOf('\n'));
        assertThat(SHIPPED.resolve(schema)).exists();
    }

    @Test
    void threeAreShippedAndTheStandardOneSaysWhatItSays() throws IOException {
        assertThat(shipped()).hasSize(3);
        Plan plan = PlanReader.read(Files.readString(SHIPPED.resolve("standard.yml")));
        assertThat(plan.stages()).hasSize(8);
        Stage reads = plan.stages().get(4);
        assertThat(reads.name()).isEqualTo("all reads");
        assertThat(reads.target()).isEqualTo(Rollout.of(Phase.REDIS_READ));
        assertThat(reads.hold()).isEqualTo(Duration.ofHours(12));
        assertThat(reads.onBreach()).isEqualTo(Breach.ROLLBACK);
        assertThat(reads.grace()).isEqualTo(Duration.ofMinutes(2));
        assertThat(reads.bounds().cleanRounds()).isEqualTo(3);
        assertThat(reads.bounds().quietFiles()).isEqualTo(Duration.ofHours(1));
        assertThat(reads.bounds().errorRate()).isEqualTo(Bounds.DEFAULT.errorRate());
        assertThat(plan.stages().get(7).needsApproval()).isTrue();
    }

    @Test
    void aPlanMayBeJson() {
        Plan plan = PlanReader.read(
                "{\"format\":1,\"name\":\"j\",\"stages\":[{\"name\":\"a\",\"phase\":\"dual-write\",\"hold\":\"90s\"}]}");
        assertThat(plan.stages().get(0).hold()).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void everyBoundOfTheGatesCanBeNamedInAPlan() {
        assertThat(Stream.of(Bound.values()).map(Bound::label))
                .containsExactlyElementsOf(Arrays.stream(Bounds.class.getRecordComponents())
                        .map(java.lang.reflect.RecordComponent::getName)
                        .toList());
    }

    @Test
    void eachGateSetsItsOwnBoundAndNoOther() {
        for (Bound bound : Bound.values()) {
            String value =
                    bound.kind() == Bound.Kind.DURATION ? "77s" : bound.kind() == Bound.Kind.SHARE ? "0.5" : "77";
            Bounds read = PlanReader.read(
                            HEAD + "stages: [{name: a, phase: file, gates: {" + bound.label() + ": " + value + "}}]")
                    .stages()
                    .get(0)
                    .bounds();
            Map<String, Object> changed = changed(read);
            assertThat(changed.keySet()).as(bound.label()).containsExactly(bound.label());
            assertThat(changed.values().toString()).contains(value.equals("77s") ? "PT1M17S" : value);
        }
    }

    private static Map<String, Object> changed(Bounds read) {
        Map<String, Object> changed = new LinkedHashMap<>();
        for (var component : Bounds.class.getRecordComponents()) {
            try {
                component.getAccessor().setAccessible(true);
                Object value = component.getAccessor().invoke(read);
                if (!value.equals(component.getAccessor().invoke(Bounds.DEFAULT))) {
                    changed.put(component.getName(), value);
                }
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
        return changed;
    }

    @Test
    void theSchemaAndTheParserKnowTheSameKeys() throws IOException {
        JsonNode schema = schema().getSchemaNode();
        assertThat(keys(schema)).containsExactlyInAnyOrderElementsOf(PlanReader.PLAN_KEYS);
        assertThat(keys(schema.at("/properties/defaults")))
                .containsExactlyInAnyOrderElementsOf(PlanReader.DEFAULT_KEYS);
        assertThat(keys(schema.at("/$defs/stage"))).containsExactlyInAnyOrderElementsOf(PlanReader.STAGE_KEYS);
        assertThat(keys(schema.at("/$defs/gates"))).containsExactlyInAnyOrderElementsOf(PlanReader.GATE_KEYS);
    }

    private static List<String> keys(JsonNode of) {
        List<String> keys = new ArrayList<>();
        of.path("properties").fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    // ---- what is refused

    @ParameterizedTest
    @ValueSource(
            strings = {
                "just text",
                "[]",
                "name: x\nstages: [{name: a, phase: file}]",
                "format: 2\nname: x\nstages: [{name: a, phase: file}]",
                "format: '1'\nname: x\nstages: [{name: a, phase: file}]",
                "format: 1\nstages: [{name: a, phase: file}]",
                "format: 1\nname: ''\nstages: [{name: a, phase: file}]",
                "format: 1\nname: 7\nstages: [{name: a, phase: file}]",
                HEAD,
                HEAD + "stages: []",
                HEAD + "stages: {}",
                HEAD + "stages: [x]",
                HEAD + "stages: [{phase: file}]",
                HEAD + "stages: [{name: a}]",
                HEAD + "stages: [{name: a, phase: redis}]",
                HEAD + "stages: [{name: a, phase: 3}]",
                HEAD + "stages: [{name: a, phase: file, holdd: 5m}]",
                HEAD + "stages: [{name: a, phase: file, hold: 5}]",
                HEAD + "stages: [{name: a, phase: file, hold: -5m}]",
                HEAD + "stages: [{name: a, phase: file, hold: 5 min}]",
                HEAD + "stages: [{name: a, phase: file, hold: null}]",
                HEAD + "stages: [{name: a, phase: file, readPercent: 10}]",
                HEAD + "stages: [{name: a, phase: redis-read, writePercent: 10}]",
                HEAD + "stages: [{name: a, phase: redis-read, readPercent: 101}]",
                HEAD + "stages: [{name: a, phase: redis-read, readPercent: -1}]",
                HEAD + "stages: [{name: a, phase: redis-read, readPercent: '10'}]",
                HEAD + "stages: [{name: a, phase: redis-read, readPercent: 10.5}]",
                HEAD + "stages: [{name: a, phase: file, jobs: backfill}]",
                HEAD + "stages: [{name: a, phase: file, jobs: [backfil]}]",
                HEAD + "stages: [{name: a, phase: file, jobs: [diff]}]",
                HEAD + "stages: [{name: a, phase: file, onBreach: stop}]",
                HEAD + "stages: [{name: a, phase: file, approval: true}]",
                HEAD + "stages: [{name: a, phase: file, gates: {mismatches: -1}}]",
                HEAD + "stages: [{name: a, phase: file, gates: {errorRate: 1.5}}]",
                HEAD + "stages: [{name: a, phase: file, gates: {p99Ratio: 0}}]",
                HEAD + "stages: [{name: a, phase: file, gates: {quietFiles: 60}}]",
                HEAD + "stages: [{name: a, phase: file, gates: {breaker: closed}}]",
                HEAD + "defaults: {hold: 5m}\nstages: [{name: a, phase: file}]",
                HEAD + "notifications: webhook\nstages: [{name: a, phase: file}]",
                HEAD + "notifications: [mail]\nstages: [{name: a, phase: file}]",
                HEAD + "webhook: 'https://hook.example/secret'\nstages: [{name: a, phase: file}]",
            })
    void whatTheSchemaRefusesTheParserRefusesToo(String yaml) throws IOException {
        assertThat(schema().validate(json(yaml))).as("the schema").isNotEmpty();
        assertThat(faults(yaml)).isNotEmpty();
    }

    @Test
    void everyFaultIsToldAtOnceWithItsPlaceAndWhatIsMeant() {
        assertThat(faults("""
                format: 1
                name: x
                stagess: []
                defaults:
                  onBreach: rolback
                stages:
                  - name: one
                    phase: redis-read
                    readPercent: 50
                    hold: -5m
                  - name: one
                    phase: redis-read
                    readPercent: 10
                  - name: three
                    phase: dualwrite
                  - name: four
                    phase: redis-only
                    gates: { mismatch: 0 }
                """))
                .containsExactly(
                        "3:1: a plan has no 'stagess': did you mean 'stages'?",
                        "5:13: 'onBreach' is none that there is: did you mean 'rollback'?, but is 'rolback'",
                        "10:11: 'hold' must be a duration like 30s, 5m, 12h or 7d, at most 366d, and not negative, but is"
                                + " '-5m'",
                        "11:11: there are two stages called 'one'; name them apart",
                        "12:12: a plan only goes up, but this stage (redis-read at 10 %) is below the one before"
                                + " (redis-read at 50 %); the way back is 'onBreach: rollback' or 'poppo-bridge rollback'",
                        "15:12: 'phase' is none that there is: did you mean 'dual-write'?, but is 'dualwrite'",
                        "17:12: redis-only retires the files: the stage needs 'approval: required'",
                        "18:14: 'gates' has no 'mismatch': did you mean 'mismatches'?");
    }

    @Test
    void aPlanThatGoesBackwardsIsRefused() {
        assertThat(faults(HEAD + "stages:\n- {name: a, phase: redis-read}\n- {name: b, phase: dual-write}"))
                .singleElement()
                .asString()
                .startsWith("5:20: a plan only goes up");
    }

    @Test
    void aKeyThatStandsTwiceIsRefused() {
        assertThat(faults(HEAD + "name: y\nstages: [{name: a, phase: file}]"))
                .containsExactly("3:1: 'name' stands here twice; keep one");
    }

    @Test
    void whatIsNoYamlIsRefusedWithItsPlace() {
        assertThat(faults("")).containsExactly("1:1: the plan is empty; see migration-plans/standard.yml for one");
        assertThat(faults("# only a comment\n")).hasSize(1);
        assertThat(faults("format: 1\n\tname: x\n")).containsExactly("2:1: there is a tab; YAML is indented by spaces");
        assertThat(faults("format: [1\nname: x\n")).singleElement().asString().startsWith("2:5: not YAML: ");
        assertThat(faults("format: 1\nname: \"x\n")).singleElement().asString().startsWith("3:1: not YAML: ");
        assertThat(faults("format: 1\nna\u0007me: x\n"))
                .containsExactly("2:3: the character U+0007 can't stand in YAML; remove it");
        assertThat(faults(HEAD + "---\nname: y\n")).singleElement().asString().startsWith("3:1: not YAML: ");
    }

    @Test
    void whatGrowsWithoutBoundIsRefusedBeforeItDoes() {
        String bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
        assertThat(faults(bomb))
                .containsExactly("1:4: a plan has no anchors and aliases; write it out, or use 'defaults'");
        assertThat(faults("a: " + "[".repeat(100_000))).hasSize(1);
        assertThat(faults("a: " + "[".repeat(1000) + "]".repeat(1000)))
                .singleElement()
                .asString()
                .contains("Nesting Depth");
        assertThat(faults("# " + "x".repeat(10 << 20)))
                .containsExactly("1:1: the plan is longer than 262144 characters; it can't be meant");
        String stages = HEAD + "stages:\n" + "- {name: a, phase: file}\n".repeat(101);
        assertThat(faults(stages)).contains("4:1: a plan has 1 to 100 stages, this one 101");
    }

    @Test
    void theMessageOfManyFaultsIsOneLine() {
        assertThatThrownBy(() -> PlanReader.read("format: 3\nname: 3\nstages: 3\n"))
                .isInstanceOf(PlanFaults.class)
                .hasMessage("the plan is not valid: 1:9: 'format' must be a whole number from 1 to 1, but is '3', and 2"
                        + " more: see 'plan lint'");
    }
}
