package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** The migration resource on one screen. */
final class StatusScreen {
    private final JsonNode status;
    private final Terminal terminal;

    StatusScreen(JsonNode status, Terminal terminal) {
        this.status = status;
        this.terminal = terminal;
    }

    String draw(String place) {
        StringBuilder screen = new StringBuilder(terminal.paint(Colour.STRONG, Terminal.oneLine(place)))
                .append("\n\n  ")
                .append(PhaseTrack.draw(status, terminal))
                .append("\n\n");
        table().lines(terminal).forEach(line -> screen.append(line).append('\n'));
        return screen.toString();
    }

    private Table table() {
        Table table = new Table()
                .row("authority", status.path("authority").asText("-"))
                .row("epoch", Figures.count(status, "epoch"))
                .row("rollout", rollout());
        breaker(table);
        zeroIsGood(table, "dirty", "dirtyRecords", dirty());
        zeroIsGood(table, "unknown outcomes", "unknownOutcomes", Figures.count(status, "unknownOutcomes"));
        table.row("mirror lag", Figures.count(status, "mirrorLagMillis") + " ms");
        zeroIsGood(table, "mismatches", "mismatches", mismatches());
        zeroIsGood(table, "fallbacks", "fallbacks", Figures.count(status, "fallbacks"));
        zeroIsGood(table, "foreign writes", "foreignWrites", Figures.count(status, "foreignWrites"));
        table.row("job", status.has("job") ? Progress.text(status.path("job")) : "none running");
        lastDiff(table);
        rollback(table);
        return table;
    }

    private String rollout() {
        return "reads " + status.path("readPercent").asText("-") + " %, writes "
                + status.path("writePercent").asText("-") + " %";
    }

    private void breaker(Table table) {
        String state = status.path("breaker").path("state").asText("-");
        String reason = status.path("breaker").path("reason").asText("");
        table.row(
                "breaker",
                reason.isEmpty() ? state : state + ": " + reason,
                state.equals("closed") ? Colour.GOOD : Colour.BAD);
    }

    private void zeroIsGood(Table table, String name, String field, String text) {
        boolean zero = status.path(field).longValue() == 0
                && status.path(companion(field)).longValue() == 0;
        table.row(name, text, zero ? Colour.NONE : Colour.WARNING);
    }

    private static String companion(String field) {
        return field.equals("dirtyRecords") ? "dirtyCollections" : field;
    }

    private String dirty() {
        long collections = status.path("dirtyCollections").longValue();
        return Figures.count(status, "dirtyRecords") + " records"
                + (collections > 0 ? " and " + Figures.count(collections, "whole collection") : "");
    }

    private String mismatches() {
        return Figures.count(status, "mismatches") + " in " + Figures.count(status, "comparisons") + " comparisons";
    }

    private void lastDiff(Table table) {
        JsonNode diff = status.path("lastDiff");
        if (!diff.isObject()) {
            table.row("last diff", "none yet in this phase");
            return;
        }
        String verdict = diff.path("verdict").asText("-");
        table.row(
                "last diff",
                verdict + ", " + Figures.count(diff, "compared") + " compared, " + Figures.count(diff, "differences")
                        + " differ (" + diff.path("id").asText("-") + ")",
                verdict.equals("consistent") ? Colour.GOOD : Colour.BAD);
    }

    private void rollback(Table table) {
        JsonNode rollback = status.path("rollback");
        boolean possible = rollback.path("possible").asBoolean(true);
        table.row("rollback", rollbackCost(status), possible ? Colour.NONE : Colour.BAD);
    }

    /** What a rollback to the files would cost now. */
    static String rollbackCost(JsonNode status) {
        JsonNode rollback = status.path("rollback");
        String cost = rollback.path("cost").asText("the bridge does not say what it costs");
        return rollback.path("possible").asBoolean(true) ? cost : "not possible now: " + cost;
    }
}
