package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** Where a plan is, on one screen. */
final class PlanScreen {
    private final JsonNode plan;
    private final Terminal terminal;

    /** @param plan as the operator API tells it */
    PlanScreen(JsonNode plan, Terminal terminal) {
        this.plan = plan;
        this.terminal = terminal;
    }

    String draw(String place) {
        String state = plan.path("state").asText("?");
        StringBuilder screen = new StringBuilder(terminal.paint(Colour.STRONG, Terminal.oneLine(place)))
                .append("\n\n  plan '")
                .append(Terminal.oneLine(plan.path("name").asText("?")))
                .append("': ")
                .append(terminal.paint(colour(state), Terminal.oneLine(state)))
                .append("\n\n");
        stages().lines(terminal).forEach(line -> screen.append(line).append('\n'));
        screen.append('\n');
        facts().lines(terminal).forEach(line -> screen.append(line).append('\n'));
        if (!plan.path("gates").isEmpty()) {
            screen.append('\n');
            GateTable.of(plan.path("gates"))
                    .lines(terminal)
                    .forEach(line -> screen.append(line).append('\n'));
        }
        return screen.toString();
    }

    private static Colour colour(String state) {
        return switch (state) {
            case "running", "done" -> Colour.GOOD;
            case "paused" -> Colour.WARNING;
            default -> Colour.BAD;
        };
    }

    private Table stages() {
        Table table = new Table().head("", "stage", "phase", "hold", "before it", "on a breach");
        for (JsonNode stage : plan.path("stages")) {
            String place = stage.path("state").asText();
            boolean isPresent = place.equals("present");
            table.row(
                    new Table.Cell(
                            isPresent ? ">" : place.equals("passed") ? "x" : "",
                            isPresent ? Colour.STRONG : Colour.GOOD),
                    new Table.Cell(stage.path("name").asText("?"), isPresent ? Colour.STRONG : Colour.NONE),
                    Table.Cell.of(PhaseTrack.label(stage.path("phase").asText("?"), stage)),
                    Table.Cell.of(Figures.seconds(stage.path("holdSeconds").longValue())),
                    Table.Cell.of(stage.path("approval").booleanValue() ? "approval" : ""),
                    Table.Cell.of(stage.path("onBreach").asText("?")));
        }
        return table;
    }

    private Table facts() {
        Table table =
                new Table().row("does", doing()).row("since", plan.path("since").asText("-"));
        put(table, "until", "until", Colour.NONE);
        put(table, "ended", "ended", Colour.NONE);
        put(table, "why", "why", Colour.WARNING);
        put(table, "trouble", "trouble", Colour.BAD);
        return table;
    }

    private void put(Table table, String name, String field, Colour colour) {
        String text = plan.path(field).asText("");
        if (!text.isEmpty()) {
            table.row(name, text, colour);
        }
    }

    private String doing() {
        return switch (plan.path("waitsFor").asText()) {
            case "gates" -> "enters the stage as soon as the gates pass";
            case "approval" -> "waits for 'poppo-bridge plan approve'";
            case "job" -> "runs the stage's jobs";
            case "hold" -> "holds the stage";
            case "operator" -> "waits for 'poppo-bridge plan resume' or 'abort'";
            default -> "nothing more";
        };
    }
}
