package poppo.bridge.plan;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What somebody meant who wrote something else. */
public final class Suggestion {
    private static final int FURTHEST = 3;

    private Suggestion() {}

    /** The known word that is nearest, as a question; where none is near, all of them. */
    public static String of(String written, Collection<String> known) {
        return near(written, known).orElseGet(() -> "there are " + String.join(", ", known));
    }

    /** The known word that is nearest, as a question; empty where none is near. */
    public static Optional<String> near(String written, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(word -> distance(written, word)))
                .filter(nearest -> distance(written, nearest) <= Math.min(FURTHEST, nearest.length() / 2))
                .map(nearest -> "did you mean '" + nearest + "'?");
    }

    /** How many letters must be added, removed or replaced, in either case. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                boolean same = Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
                int replaced = corner + (same ? 0 : 1);
                corner = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
