package poppo.bridge.cli;

import java.util.ArrayList;
import java.util.List;

/** Text in aligned columns. On a terminal the last column is wrapped to its width. Not thread-safe. */
final class Table {
    /** A cell: text from anywhere, and its colour. */
    record Cell(String text, Colour colour) {
        Cell {
            text = Terminal.oneLine(text);
        }

        static Cell of(String text) {
            return new Cell(text, Colour.NONE);
        }

        private int length() {
            return text.codePointCount(0, text.length());
        }
    }

    private static final String INDENT = "  ";
    private static final String GAP = "   ";
    private static final int NARROWEST = 20;

    private final List<List<Cell>> rows = new ArrayList<>();

    Table head(String... titles) {
        rows.add(List.of(titles).stream()
                .map(title -> new Cell(title, Colour.FAINT))
                .toList());
        return this;
    }

    Table row(Cell... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /** A row of a name and a value. */
    Table row(String name, String value, Colour colour) {
        return row(new Cell(name, Colour.FAINT), new Cell(value, colour));
    }

    Table row(String name, String value) {
        return row(name, value, Colour.NONE);
    }

    List<String> lines(Terminal terminal) {
        int columns = rows.isEmpty() ? 0 : rows.get(0).size();
        int[] widths = new int[columns];
        for (List<Cell> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        rows.forEach(row -> lay(row, widths, terminal, lines));
        return lines;
    }

    void print(Terminal terminal) {
        lines(terminal).forEach(terminal::line);
    }

    private static void lay(List<Cell> row, int[] widths, Terminal terminal, List<String> into) {
        StringBuilder line = new StringBuilder(INDENT);
        int used = INDENT.length();
        int last = widths.length - 1;
        for (int i = 0; i < last; i++) {
            Cell cell = row.get(i);
            line.append(terminal.paint(cell.colour, cell.text)).append(" ".repeat(widths[i] - cell.length()));
            line.append(GAP);
            used += widths[i] + GAP.length();
        }
        String separator = line.toString();
        for (String part : wrap(row.get(last).text, Math.max(NARROWEST, terminal.width() - used))) {
            into.add((separator + terminal.paint(row.get(last).colour, part)).stripTrailing());
            separator = " ".repeat(used);
        }
    }

    /** Breaks at spaces; a word longer than the width stays whole. */
    static List<String> wrap(String text, int width) {
        if (text.length() <= width) {
            return List.of(text);
        }
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (String word : text.split(" +", -1)) {
            if (part.length() > 0 && part.length() + 1 + word.length() > width) {
                parts.add(part.toString());
                part.setLength(0);
            }
            part.append(part.length() > 0 ? " " : "").append(word);
        }
        parts.add(part.toString());
        return parts;
    }
}
