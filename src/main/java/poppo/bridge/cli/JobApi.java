package poppo.bridge.cli;

import poppo.bridge.migration.BackfillRequest;

/** The part of {@link MigrationApi} that starts a backfill and follows a job. */
interface JobApi extends AutoCloseable {
    /** Starts a backfill; the answer is its job. */
    Answer backfill(BackfillRequest request);

    Answer job(String id);

    /** Asks a job to stop at its next chunk. */
    void cancel(String id);

    /** What it works on, for people. */
    String place();

    @Override
    void close();
}
