package poppo.bridge.cli;

/** The colours of the output, each with one meaning. */
enum Colour {
    NONE(""),
    /** As it should be. */
    GOOD("\u001b[32m"),
    /** Worth a look. */
    WARNING("\u001b[33m"),
    /** Not as it should be. */
    BAD("\u001b[31m"),
    /** What the eye should find first. */
    STRONG("\u001b[1m"),
    /** What it may skip. */
    FAINT("\u001b[2m");

    static final String RESET = "\u001b[0m";

    private final String code;

    Colour(String code) {
        this.code = code;
    }

    String code() {
        return code;
    }
}
