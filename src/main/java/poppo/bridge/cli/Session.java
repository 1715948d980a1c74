package poppo.bridge.cli;

import poppo.bridge.state.Json;

/** What every command works with. */
record Session(Terminal terminal, GlobalOptions options, Interrupts interrupts, Pace pace) {
    /** Prints a part of a story: as it is, or with {@code --json} as an object on a line of its own. */
    void tell(String text) {
        terminal.document(options.isJson() ? Json.compact(Json.object().put("said", text)) : text);
    }
}
