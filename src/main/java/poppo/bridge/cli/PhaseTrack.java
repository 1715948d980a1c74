package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.stream.Collectors;
import poppo.bridge.shadow.Phase;

/** The phases in a row, the present one marked. */
final class PhaseTrack {
    private PhaseTrack() {}

    /** @param status the migration resource */
    static String draw(JsonNode status, Terminal terminal) {
        String present = Terminal.oneLine(status.path("phase").asText("?"));
        String mark = terminal.paint(Colour.STRONG, "[" + label(present, status) + "]");
        if (Arrays.stream(Phase.values()).noneMatch(phase -> phase.label().equals(present))) {
            return mark + " (a phase that this version does not know)";
        }
        return Arrays.stream(Phase.values())
                .map(phase -> phase.label().equals(present) ? mark : terminal.paint(Colour.FAINT, phase.label()))
                .collect(Collectors.joining(" > "));
    }

    /** The phase with the percent that applies in it, as people say it. */
    static String label(String phase, JsonNode status) {
        return switch (phase) {
            case "redis-read" -> phase + " " + status.path("readPercent").asText("?") + " %";
            case "redis-write" -> phase + " " + status.path("writePercent").asText("?") + " %";
            default -> phase;
        };
    }
}
