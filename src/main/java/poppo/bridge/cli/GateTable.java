package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** Gates with what was measured and what is asked, as a table. */
final class GateTable {
    private GateTable() {}

    /** @param gates as the operator API tells them */
    static Table of(JsonNode gates) {
        Table table = new Table().head("gate", "", "measured", "asked");
        for (JsonNode gate : gates) {
            boolean passed = gate.path("passed").asBoolean();
            table.row(
                    Table.Cell.of(gate.path("name").asText("-")),
                    passed ? new Table.Cell("passed", Colour.GOOD) : new Table.Cell("FAILED", Colour.BAD),
                    Table.Cell.of(gate.path("measured").asText("-")),
                    Table.Cell.of(gate.path("bound").asText("-")));
        }
        return table;
    }
}
