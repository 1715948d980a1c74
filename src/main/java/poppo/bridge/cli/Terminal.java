package poppo.bridge.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a command writes: its answer to standard output, what went wrong to standard error. Colour and redrawn lines
 * appear on a terminal only, and no colour where {@code NO_COLOR} is set. Text from elsewhere can't steer the terminal:
 * control characters are replaced.
 */
final class Terminal {
    private static final int USUAL_WIDTH = 80;
    private static final String HOME = "\u001b[H";
    private static final String CLEAR = "\u001b[2J";
    private static final String CLEAR_BELOW = "\u001b[J";
    private static final String CLEAR_TO_END_OF_LINE = "\u001b[K";

    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;
    private final int width;
    private final Supplier<@Nullable String> input;

    private Terminal(
            PrintStream out,
            PrintStream err,
            Map<String, String> environment,
            int width,
            Supplier<@Nullable String> input) {
        this.input = input;
        this.out = out;
        this.err = err;
        this.environment = environment;
        this.width = width;
    }

    /** The process's own. */
    static Terminal system() {
        Map<String, String> environment = System.getenv();
        return new Terminal(
                utf8(FileDescriptor.out),
                utf8(FileDescriptor.err),
                environment,
                isTerminal() ? askWidth() : 0,
                Terminal::typed);
    }

    @SuppressWarnings("SystemConsoleNull") // null means something before Java 22
    private static @Nullable String typed() {
        Console console = System.console();
        return console == null ? null : console.readLine();
    }

    /** @param width in columns; 0 is no terminal but a pipe or a file */
    static Terminal of(PrintStream out, PrintStream err, Map<String, String> environment, int width) {
        return of(out, err, environment, width, () -> null);
    }

    /** @param input the lines typed, one at a time; null at their end */
    static Terminal of(
            PrintStream out,
            PrintStream err,
            Map<String, String> environment,
            int width,
            Supplier<@Nullable String> input) {
        return new Terminal(out, err, environment, width, input);
    }

    /** Asks a yes-or-no question of whoever sits there; nothing typed is a no. */
    boolean confirm(String question) {
        out.print(question + " [y/N] ");
        out.flush();
        String line = input.get();
        String answer = line == null ? "" : line.strip().toLowerCase(Locale.ROOT);
        return answer.equals("y") || answer.equals("yes");
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** Before Java 22 there is a console only where there is a terminal; since then it has to be asked. */
    @SuppressWarnings("SystemConsoleNull") // null means something before Java 22
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException before22) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    private static int askWidth() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(Redirect.INHERIT)
                    .redirectError(Redirect.DISCARD)
                    .start();
            String[] size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split(" ", -1);
            if (stty.waitFor(1, TimeUnit.SECONDS) && size.length == 2) {
                return Math.max(40, Integer.parseInt(size[1]));
            }
        } catch (IOException | NumberFormatException e) {
            return USUAL_WIDTH;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return USUAL_WIDTH;
    }

    boolean isInteractive() {
        return width > 0;
    }

    /** In columns; without bound where there is no terminal. */
    int width() {
        return isInteractive() ? width : Integer.MAX_VALUE;
    }

    boolean hasColour() {
        return isInteractive()
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
    }

    /** Whether stack traces are wanted. */
    boolean isDebugging() {
        return environment.getOrDefault("POPPO_DEBUG", "").equals("1");
    }

    String paint(Colour colour, String text) {
        return hasColour() && colour != Colour.NONE ? colour.code() + text + Colour.RESET : text;
    }

    void line(String text) {
        out.print(text + "\n");
        out.flush();
    }

    /** Prints a whole document as it is, with a newline at its end. */
    void document(String text) {
        out.print(text.endsWith("\n") ? text : text + "\n");
        out.flush();
    }

    /** Draws over the line that the cursor is on; on a terminal only. */
    void redraw(String text) {
        out.print("\r" + text + CLEAR_TO_END_OF_LINE);
        out.flush();
    }

    /** Draws over the whole screen; where there is none, one document after the other. */
    void screen(String text) {
        if (isInteractive()) {
            out.print(HOME + text.replace("\n", CLEAR_TO_END_OF_LINE + "\n") + CLEAR_BELOW);
            out.flush();
        } else {
            document(text);
        }
    }

    /** Empties the screen, where there is one. */
    void clear() {
        if (isInteractive()) {
            out.print(CLEAR);
        }
    }

    /** Whether nobody reads any more what is written. */
    boolean isGone() {
        return out.checkError();
    }

    /** One line, whatever {@code text} has in it. */
    void error(String text) {
        err.print("poppo-bridge: " + oneLine(text) + "\n");
        err.flush();
    }

    void stackTrace(Throwable of) {
        of.printStackTrace(err);
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    /** The text without anything that could move the cursor or change the colour; a line break becomes a space. */
    static String oneLine(String text) {
        return clean(text.replaceAll("\\s*\\R\\s*", " ").strip());
    }

    /** The text without control characters; line breaks stay. */
    static String clean(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) && c != '\n' ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
