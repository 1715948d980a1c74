package poppo.bridge.interleaving;

import java.util.List;
import java.util.stream.Collectors;
import poppo.bridge.state.Replacement;

/** How things are called in a printed schedule. */
final class Names {
    private Names() {}

    static String of(List<Replacement> replacements) {
        return replacements.stream().map(each -> each.key().toString()).collect(Collectors.joining(" "));
    }
}
