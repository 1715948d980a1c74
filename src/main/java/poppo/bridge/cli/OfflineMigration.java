package poppo.bridge.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.migration.BackfillRequest;
import poppo.bridge.migration.DiffReport;
import poppo.bridge.migration.Finding;
import poppo.bridge.migration.Job;
import poppo.bridge.migration.Migration;
import poppo.bridge.migration.ReportFormat;
import poppo.bridge.shadow.Phase;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.LocalStateManager;

/** The operator API straight on the two stores of a project that no bridge runs on. */
final class OfflineMigration implements MigrationApi {
    private static final String WHO = "operator (offline)";

    private final OpenProject project;
    private final Path stateDir;

    private OfflineMigration(OpenProject project, Path stateDir) {
        this.project = project;
        this.stateDir = stateDir;
    }

    /**
     * For who goes through everything once: the files are read and not held, as long as none is written.
     *
     * @throws BridgeException.Unavailable also when a bridge runs on the directory, naming its pid
     */
    static OfflineMigration stream(ProjectSettings settings) {
        return open(settings, FileStateManager::stream);
    }

    /** As {@link #stream}, with the files held in memory as a bridge does. */
    static OfflineMigration open(ProjectSettings settings) {
        return open(settings, FileStateManager::open);
    }

    private static OfflineMigration open(
            ProjectSettings settings, Function<FileOptions, ? extends LocalStateManager> opener) {
        Logs.quiet();
        try {
            return new OfflineMigration(OpenProject.open(settings, opener), settings.stateDir());
        } catch (BridgeException.Unavailable e) {
            throw new BridgeException.Unavailable(
                    "can't work offline on " + settings.stateDir() + " (--offline needs the bridge stopped): "
                            + e.getMessage(),
                    e);
        }
    }

    private Migration migration() {
        return project.migration();
    }

    @Override
    public Answer status() {
        return Answer.of(migration().status());
    }

    @Override
    public Answer rollback(ObjectNode request) {
        Phase to = Phase.of(request.path("to").asText(Phase.FILE.label()));
        return Answer.of(migration().rollback(to, WHO, request.path("reason").asText("")));
    }

    @Override
    public Answer backfill(BackfillRequest request) {
        return Answer.of(migration().backfill(request, WHO).toJson());
    }

    @Override
    public Answer diff(Migration.DiffRequest request) {
        return Answer.of(migration().diff(request, WHO).toJson());
    }

    @Override
    public Answer reports() {
        ArrayNode reports = Json.array();
        migration().reports().forEach(report -> reports.add(report.summary()));
        return Answer.of(reports);
    }

    @Override
    public Answer noiseRules() {
        ArrayNode rules = Json.array();
        migration().noiseRules().all().forEach(rule -> rules.add(rule.toJson()));
        return Answer.of(rules);
    }

    @Override
    public Answer addNoiseRule(ObjectNode rule) {
        return Answer.of(migration().noiseRules().add(rule).toJson());
    }

    @Override
    public void removeNoiseRule(String name) {
        if (!migration().noiseRules().remove(name)) {
            throw new BridgeException.Invalid("name", "there is no noise rule '" + name + "'");
        }
    }

    @Override
    public Answer job(String id) {
        return Answer.of(find(id).toJson());
    }

    @Override
    public void cancel(String id) {
        find(id).cancel();
    }

    private Job find(String id) {
        return migration().job(id).orElseThrow(() -> new BridgeException.Invalid("job", id + " is not known"));
    }

    @Override
    public String report(String id, ReportFormat format) {
        DiffReport report =
                migration().report(id).orElseThrow(() -> new BridgeException.Invalid("diff", id + " is not known"));
        return format.render(report);
    }

    @Override
    public Answer verify() {
        List<Finding> found = migration().doctor();
        ArrayNode findings = Json.array();
        found.stream().map(Finding::toJson).forEach(findings::add);
        boolean passed = found.stream().noneMatch(finding -> finding.level() == Finding.Level.ERROR);
        return Answer.of(Json.object().put("passed", passed).set("findings", findings));
    }

    @Override
    public String place() {
        return stateDir + " (offline)";
    }

    @Override
    public void close() {
        project.close();
    }
}
