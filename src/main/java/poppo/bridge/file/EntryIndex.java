package poppo.bridge.file;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Where the numbered entries of a file stand, by number: 20 bytes an entry. As in JavaScript, of those with the same number
 * the last counts.
 */
final class EntryIndex {
    private long[] numbers = new long[1024];
    private long[] places = new long[1024];
    private int[] lengths = new int[1024];
    private int size;

    void add(long number, long at, int length) {
        if (size == numbers.length) {
            int more = size + size / 2;
            numbers = Arrays.copyOf(numbers, more);
            places = Arrays.copyOf(places, more);
            lengths = Arrays.copyOf(lengths, more);
        }
        numbers[size] = number;
        places[size] = at;
        lengths[size++] = length;
    }

    void clear() {
        size = 0;
    }

    /** To be called when all are added. Node writes the numbers in order; others may not. */
    void sort() {
        boolean inOrder = IntStream.range(1, size).allMatch(i -> numbers[i - 1] < numbers[i]);
        if (inOrder) {
            return;
        }
        int[] order = IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.comparingLong(i -> numbers[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        EntryIndex sorted = new EntryIndex();
        for (int i = 0; i < size; i++) {
            boolean isLast = i + 1 == size || numbers[order[i]] != numbers[order[i + 1]];
            if (isLast) {
                sorted.add(numbers[order[i]], places[order[i]], lengths[order[i]]);
            }
        }
        numbers = sorted.numbers;
        places = sorted.places;
        lengths = sorted.lengths;
        size = sorted.size;
    }

    int size() {
        return size;
    }

    /** The entry of that number, or a negative value. */
    int find(long number) {
        return Arrays.binarySearch(numbers, 0, size, number);
    }

    /** The first entry behind that number; the size where there is none. */
    int behind(long number) {
        int found = find(number);
        return found >= 0 ? found + 1 : -found - 1;
    }

    long number(int entry) {
        return numbers[entry];
    }

    long place(int entry) {
        return places[entry];
    }

    int length(int entry) {
        return lengths[entry];
    }
}
