package poppo.bridge.cli;

/** What every command works with. */
record Session(Terminal terminal, GlobalOptions options, Interrupts interrupts, Pace pace) {}
