package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** What an operation makes of a record. A store keeps a {@link Changed} and passes every decision's answer on. */
public sealed interface Decision {
    /** What goes with it besides the record. */
    Effects effects();

    /**
     * The record becomes {@code after}.
     *
     * @param after null removes it
     * @param answer for the caller
     * @param effects what goes with the change, in the same atomic step where a store has one
     */
    record Changed(@Nullable JsonNode after, JsonNode answer, Effects effects) implements Decision {}

    /** The operation is fulfilled, and there is nothing to write but perhaps a sign of life. */
    record Unchanged(JsonNode answer, Effects effects) implements Decision {}

    /**
     * The operation is refused and has changed nothing.
     *
     * @param code the short name of spec/http-api.md
     * @param detail for people
     * @param members what else the caller is told, e.g. the holder
     */
    record Refused(Code code, String detail, ObjectNode members) implements Decision {
        @Override
        public Effects effects() {
            return Effects.NONE;
        }
    }

    /** The kinds of refusal. */
    enum Code {
        ALREADY_CHECKED_OUT("already-checked-out", 409),
        NOT_HOLDER("not-holder", 409),
        HOLDER_ALIVE("holder-alive", 409),
        NOT_PROCESSING("not-processing", 409),
        UNKNOWN_ISSUE("unknown-issue", 404),
        NOT_FOUND("not-found", 404),
        /** It may have taken effect earlier; see {@link Operation.Retry}. Now it has changed nothing. */
        UNKNOWN_OUTCOME("unknown-outcome", 503);

        private final String label;
        private final int status;

        Code(String label, int status) {
            this.label = label;
            this.status = status;
        }

        public String label() {
            return label;
        }

        /** The HTTP status that goes with it. */
        public int status() {
            return status;
        }
    }

    /**
     * What goes with a decision besides the record.
     *
     * @param aliveProcess the process that has just proved to be alive, or null
     * @param assumedDead the process that the decision took for dead: a store commits only if it still is; or null
     * @param label the label request to hand on, or null
     */
    record Effects(
            @Nullable String aliveProcess,
            @Nullable String assumedDead,
            @Nullable LabelRequest label) {
        public static final Effects NONE = new Effects(null, null, null);

        static Effects alive(@Nullable String process) {
            return process == null ? NONE : new Effects(process, null, null);
        }

        Effects withLabel(LabelRequest request) {
            return new Effects(aliveProcess, assumedDead, request);
        }

        Effects assumingDead(@Nullable String process) {
            return new Effects(aliveProcess, process, label);
        }
    }
}
