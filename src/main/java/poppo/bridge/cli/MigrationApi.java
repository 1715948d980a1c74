package poppo.bridge.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import poppo.bridge.migration.Migration;
import poppo.bridge.migration.ReportFormat;

/**
 * The part of the operator API (spec/http-api.md) that also works without a running bridge, with the same answers.
 *
 * <p>Errors are {@link CommandFailure}s and {@link poppo.bridge.state.BridgeException}s.
 */
interface MigrationApi extends JobApi {
    /** The migration resource. */
    Answer status();

    Answer rollback(ObjectNode request);

    /** Starts a diff; the answer is its job. */
    Answer diff(Migration.DiffRequest request);

    /** The diff reports that are kept, newest first. */
    Answer reports();

    Answer noiseRules();

    Answer addNoiseRule(ObjectNode rule);

    void removeNoiseRule(String name);

    /** The report of a diff, rendered. */
    String report(String id, ReportFormat format);

    /** The doctor's findings. */
    Answer verify();
}
