package poppo.bridge.cli;

import picocli.CommandLine.Command;

/** Groups what is about migration plans. */
@Command(name = "plan", description = "Migration plans: check one, rehearse it, run it, see where it is.")
final class PlanCommand {}
