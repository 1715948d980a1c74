package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import poppo.bridge.state.Json;

/**
 * Why a configured project isn't served at the moment.
 *
 * @param ownerPid of the bridge that owns it; 0 where there is none, or it has not named itself
 */
record Absence(Reason reason, long ownerPid) {
    /** What it waits for, by its short name in answers. */
    enum Reason {
        STARTING("starting"),
        STANDBY("standby");

        private final String label;

        Reason(String label) {
            this.label = label;
        }
    }

    String describe() {
        return reason == Reason.STARTING
                ? "This bridge is still opening the project"
                : "This bridge stands by for the " + (ownerPid == 0 ? "one" : "bridge with pid " + ownerPid)
                        + " that owns the project";
    }

    Problem problem() {
        return reason == Reason.STARTING
                ? Problem.unavailable(describe() + "; try again")
                : addTo(Problem.of(
                        503,
                        reason.label,
                        "Another bridge owns the project",
                        describe() + "; call that one, or try again when this one has taken over"));
    }

    private Problem addTo(Problem problem) {
        return ownerPid == 0 ? problem : problem.with("ownerPid", Json.number(ownerPid));
    }

    void addTo(ObjectNode health) {
        health.put("reason", reason.label);
        if (ownerPid != 0) {
            health.set("ownerPid", Json.number(ownerPid));
        }
    }
}
