package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** What a change of phase did, in a sentence. */
final class ChangeText {
    private ChangeText() {}

    /**
     * The sentence on a change.
     *
     * @param verb what was done, at the sentence's begin
     */
    static String of(JsonNode change, String verb) {
        String from = change.path("from").asText("?");
        String to = PhaseTrack.label(change.path("to").asText("?"), change);
        return Terminal.oneLine(
                verb + " from " + from + " to " + to + ": epoch " + Figures.count(change, "epoch") + ", "
                        + Figures.count(change, "compared") + " records compared, " + Figures.count(change, "copied")
                        + " copied, operations held up for "
                        + Figures.millis(change.path("pauseMillis").doubleValue()) + ".");
    }
}
