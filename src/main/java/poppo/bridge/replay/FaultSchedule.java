package poppo.bridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import poppo.bridge.replay.RecordJson.Misfit;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/**
 * What happens to Redis while a fixture is replayed: {@code {"faults": [{"at": 100, "fault": "killed", "for": 50}]}}.
 *
 * @param faults by the operation before which they begin; none begins while another lasts
 */
public record FaultSchedule(List<Fault> faults) {
    public static final FaultSchedule NONE = new FaultSchedule(List.of());

    /**
     * One fault.
     *
     * @param at the number of the call before which it begins
     * @param lasts so many calls
     */
    public record Fault(long at, Kind fault, long lasts) {}

    /** What can happen. */
    public enum Kind {
        KILLED {
            @Override
            void befall(Ground.Trouble redis) {
                redis.kill();
            }
        },
        FROZEN {
            @Override
            void befall(Ground.Trouble redis) {
                redis.freeze();
            }
        },
        EMPTIED {
            @Override
            void befall(Ground.Trouble redis) {
                redis.empty();
            }
        };

        abstract void befall(Ground.Trouble redis);
    }

    public FaultSchedule {
        faults = faults.stream().sorted(Comparator.comparingLong(Fault::at)).toList();
    }

    /** @throws FixtureFault naming file, line and field */
    public static FaultSchedule read(Path file) {
        JsonNode json;
        try {
            json = Json.parse(Files.readAllBytes(file));
        } catch (MalformedJsonException e) {
            throw new FixtureFault(file, e.line(), "", "is no JSON (column " + e.column() + "): " + e.reason());
        } catch (IOException e) {
            throw new BridgeException.Invalid("faults", file + " can't be read: " + e + "; check its name");
        }
        List<Fault> faults = new ArrayList<>();
        if (!json.path("faults").isArray()) {
            throw new FixtureFault(file, 0, "faults", "must be an array of {\"at\", \"fault\", \"for\"}");
        }
        for (JsonNode each : json.path("faults")) {
            String place = "faults." + faults.size();
            try {
                faults.add(fault(each));
            } catch (Misfit e) {
                throw new FixtureFault(file, 0, place + "." + e.field, e.why);
            }
        }
        FaultSchedule schedule = new FaultSchedule(faults);
        schedule.requireOneAtATime(file);
        return schedule;
    }

    private static Fault fault(JsonNode json) throws Misfit {
        long lasts = json.has("for") ? number(json, "for") : 1;
        return new Fault(number(json, "at"), kind(json.path("fault").asText()), lasts);
    }

    private static long number(JsonNode json, String field) throws Misfit {
        JsonNode value = json.path(field);
        if (!value.isIntegralNumber() || value.longValue() < 1) {
            throw new Misfit(field, "must be a whole number from 1");
        }
        return value.longValue();
    }

    private static Kind kind(String label) throws Misfit {
        for (Kind kind : Kind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(label)) {
                return kind;
            }
        }
        throw new Misfit("fault", "'" + label + "' is none of killed, frozen, emptied");
    }

    private void requireOneAtATime(Path file) {
        for (int i = 1; i < faults.size(); i++) {
            Fault before = faults.get(i - 1);
            if (faults.get(i).at() < before.at() + before.lasts()) {
                throw new FixtureFault(
                        file,
                        0,
                        "faults",
                        "one begins at " + faults.get(i).at() + " while that of " + before.at()
                                + " lasts; only one can at a time");
            }
        }
    }
}
