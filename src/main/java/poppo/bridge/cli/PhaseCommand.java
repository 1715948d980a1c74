package poppo.bridge.cli;

import picocli.CommandLine.Command;

/** Groups what is about the phase flag. */
@Command(name = "phase", description = "Show or set the phase flag.")
final class PhaseCommand {}
