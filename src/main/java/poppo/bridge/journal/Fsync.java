package poppo.bridge.journal;

import java.util.Locale;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Labels;

/**
 * When the journal makes an entry durable; the names and the bargain are those of Redis for its append-only file. A crash
 * of the bridge loses nothing under any of them: they differ in what a power cut or a crash of the system may cost.
 */
public enum Fsync {
    /** Before it is acknowledged, together with all that wait at that moment: a power cut loses nothing. */
    ALWAYS,
    /** Once a second, or with the next rewrite of the files: a power cut may cost that second. */
    EVERYSEC,
    /** With the next rewrite of the files, or when the system does it: a power cut may cost half a minute. */
    NO;

    /** The name in every interface. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The one called {@code label}.
     *
     * @throws BridgeException.Invalid naming those there are
     */
    public static Fsync of(String field, String label) {
        return Labels.find(field, label, values(), Fsync::label);
    }
}
