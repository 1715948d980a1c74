package poppo.bridge.plan;

/** What the engine has decided to do. What is to be noted is made durable before anything is done. */
sealed interface Action {
    /** How far the plan is from here on. */
    Progress next();

    /** Nothing but to go on from {@link #next}, perhaps in another step. */
    record Note(Progress next) implements Action {}

    /** Move to the stage under way. */
    record Move(Progress next) implements Action {}

    /** Start a job. */
    record Start(Progress next, Task task) implements Action {}

    /** Go back to the files. */
    record RollBack(Progress next) implements Action {}
}
