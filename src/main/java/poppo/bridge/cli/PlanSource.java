package poppo.bridge.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import poppo.bridge.plan.Fault;
import poppo.bridge.plan.Plan;
import poppo.bridge.plan.PlanFaults;
import poppo.bridge.plan.PlanReader;
import poppo.bridge.plan.ShippedPlans;
import poppo.bridge.plan.Suggestion;

/**
 * A plan's file, read and found to be one.
 *
 * @param text the plan as it stands in the file
 */
record PlanSource(String text, Plan plan) {
    static final String PARAMETER = "The plan's file, or the name of one that 'plan list' shows.";

    /** More than any plan has; a longer file is not even read. */
    private static final long MOST_BYTES = 4 << 20;

    /**
     * Reads a file, or where none is called so a plan shipped with the bridge.
     *
     * @throws PlanFaults for what is no plan
     */
    static PlanSource read(Path file) {
        String text = text(file);
        return new PlanSource(text, PlanReader.read(text));
    }

    /** As {@link #read}, but a fault is a failure of the command, which prints all of them. */
    static PlanSource require(Session session, Path file) {
        try {
            return read(file);
        } catch (PlanFaults e) {
            e.faults().forEach(fault -> session.terminal().error(line(file, fault)));
            throw CommandFailure.usage(file + " is no plan that can be run; correct the above");
        }
    }

    /** The place and the fault, as compilers write it. */
    static String line(Path file, Fault fault) {
        return file + ":" + fault;
    }

    /** What is said of a plan that is neither a file nor shipped. */
    static CommandFailure unknown(String name) {
        return CommandFailure.usage("there is no plan " + name + "; "
                + Suggestion.near(name, ShippedPlans.NAMES)
                        .orElse("name a file, or one of " + String.join(", ", ShippedPlans.NAMES)));
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw CommandFailure.usage(file + " has " + Figures.count(Files.size(file))
                        + " bytes, far more than a plan has; name the plan's file");
            }
            byte[] bytes = Files.readAllBytes(file);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (NoSuchFileException e) {
            return ShippedPlans.text(file.toString()).orElseThrow(() -> unknown(file.toString()));
        } catch (CharacterCodingException e) {
            throw CommandFailure.usage(file + " is not UTF-8; save it so");
        } catch (IOException e) {
            String why = Files.isDirectory(file) ? "it is a directory" : e.getMessage();
            throw CommandFailure.usage(file + " can't be read (" + why + "); name the plan's file");
        }
    }
}
