package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

/**
 * Reads records: metadata, content and metadata again in one flush. When both are the same, no commit came between them
 * and the content belongs to them; else they are read once more.
 */
final class Records {
    /** Replies of more would wait in memory for the slowest. */
    private static final int CHUNK = 256;

    /** So many chunks are asked for before the first one's answer is looked at; workers' calls queue up behind them. */
    private static final int UNDER_WAY = 2;

    private static final int MOST_ATTEMPTS = 64;

    private final Keys keys;
    private final RedisLink link;
    private final Committer committer;
    private final Map<StateCollection, Form> forms = new EnumMap<>(StateCollection.class);

    Records(Keys keys, RedisLink link, Committer committer, Shapes shapes) {
        this.keys = keys;
        this.link = link;
        this.committer = committer;
        forms.put(StateCollection.ISSUES, new HashForm(keys, shapes));
        forms.put(StateCollection.PROCESSES, new HashForm(keys, shapes));
        forms.put(StateCollection.PROCESSED_ISSUES, new MemberForm(keys));
        forms.put(StateCollection.PROCESSED_COMMENTS, new SequenceForm(keys));
        forms.put(StateCollection.RUNNING_TASKS, new TaskForm(keys));
        forms.put(StateCollection.PENDING_TASKS, new ListForm(keys));
        forms.put(StateCollection.LAST_RUN, new TextForm(keys));
    }

    Form form(RecordKey key) {
        return Objects.requireNonNull(forms.get(key.collection()));
    }

    /** A record, and what is known of a process, from one moment. */
    record Reading(Stored record, @Nullable Pulse pulse) {}

    Stored read(RecordKey key) {
        return read(key, null).record();
    }

    Reading read(RecordKey key, @Nullable String processId) {
        List<Step> steps = new ArrayList<>(steps(key));
        int size = steps.size();
        Committer.EpochCheck check = committer.epochCheck();
        steps.add(check.step());
        if (processId != null) {
            steps.add(Step.keyless("TIME"));
            steps.addAll(Pulse.reads(keys, processId));
        }
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            List<@Nullable Object> replies = link.read(steps);
            check.require(replies.get(size));
            Stored stored = decode(key, replies.subList(0, size));
            if (stored != null) {
                return new Reading(stored, processId == null ? null : pulse(processId, replies, size + 1));
            }
        }
        throw new BridgeException.Unavailable(key + " changes in Redis faster than it can be read; try again");
    }

    private static Pulse pulse(String processId, List<@Nullable Object> replies, int from) {
        return Pulse.of(processId, replies.get(from + 1), replies.get(from + 2), Pulse.millis(replies.get(from)));
    }

    List<Stored> readAll(List<RecordKey> wanted) {
        return readAll(wanted, null);
    }

    /**
     * Reads records whose metadata was read just now: their contents, and the metadata once more.
     *
     * @param known the records in the order of their numbers, with their metadata
     */
    List<Stored> readAll(SortedMap<Long, String> known, StateCollection collection) {
        List<RecordKey> wanted = new ArrayList<>(known.size());
        known.keySet().forEach(number -> wanted.add(new RecordKey(collection, Long.toString(number))));
        return readAll(wanted, known);
    }

    private List<Stored> readAll(List<RecordKey> wanted, @Nullable Map<Long, String> known) {
        List<Stored> found = new ArrayList<>(wanted.size());
        Deque<Chunk> underWay = new ArrayDeque<>(UNDER_WAY);
        for (int from = 0; from < wanted.size(); from += CHUNK) {
            if (underWay.size() == UNDER_WAY) {
                underWay.remove().addTo(found);
            }
            underWay.add(new Chunk(wanted.subList(from, Math.min(from + CHUNK, wanted.size())), known));
        }
        underWay.forEach(chunk -> chunk.addTo(found));
        return found;
    }

    /** Some records that are being read. */
    private final class Chunk {
        private final List<RecordKey> wanted;
        private final @Nullable Map<Long, String> known;
        private final Questions questions = new Questions();
        private final Committer.EpochCheck check = committer.epochCheck();
        private final RedisLink.Exchange exchange;
        private MemberForm.@Nullable PlainSet plain;

        Chunk(List<RecordKey> wanted, @Nullable Map<Long, String> known) {
            this.wanted = wanted;
            this.known = known;
            if (known == null) {
                askMetas();
            }
            wanted.forEach(key -> questions.add(form(key).read(key)));
            askMetas();
            questions.add(check.step());
            exchange = link.begin(questions.steps());
        }

        private void askMetas() {
            for (RecordKey key : wanted) {
                if (form(key).hasMeta()) {
                    questions.add(meta(key));
                }
            }
        }

        void addTo(List<Stored> found) {
            List<@Nullable Object> replies = questions.answers(exchange.replies());
            check.require(replies.get(replies.size() - 1));
            int withMeta = replies.size() - 1 - wanted.size();
            int before = 0;
            int content = known == null ? withMeta / 2 : 0;
            int after = content + wanted.size();
            for (RecordKey key : wanted) {
                boolean hasMeta = form(key).hasMeta();
                Object first = !hasMeta ? null : known == null ? replies.get(before++) : known.get(key.number());
                found.add(stored(key, first, replies.get(content++), hasMeta ? replies.get(after++) : null));
            }
        }

        private Stored stored(RecordKey key, @Nullable Object meta, @Nullable Object content, @Nullable Object after) {
            if (form(key) instanceof MemberForm members && content instanceof ErrorReply) {
                plain = plain == null ? members.new PlainSet(readPlainSet(members, key)) : plain;
                return plain.find(key);
            }
            Stored stored = decode(key, meta, content, after);
            return stored == null ? read(key) : stored;
        }
    }

    private List<String> readPlainSet(MemberForm form, RecordKey key) {
        Step read = form.readPlainSet(key);
        Object reply = link.read(List.of(read)).get(0);
        if (reply instanceof ErrorReply) {
            throw wrongType(read);
        }
        return flat(reply);
    }

    /** The replies to commands that change nothing, from a server that holds our epoch. */
    List<@Nullable Object> ask(List<Step> steps) {
        List<Step> all = new ArrayList<>(steps);
        Committer.EpochCheck check = committer.epochCheck();
        all.add(check.step());
        List<@Nullable Object> replies = link.read(all);
        check.require(replies.get(steps.size()));
        return replies.subList(0, steps.size());
    }

    /** As {@link #ask(List)}, for one command. */
    @Nullable
    Object ask(Step step) {
        return ask(List.of(step)).get(0);
    }

    /** What is known of each process, from one moment. */
    List<Pulse> pulses(List<String> processIds) {
        List<Pulse> pulses = new ArrayList<>(processIds.size());
        for (int from = 0; from < processIds.size(); from += CHUNK) {
            readPulses(processIds.subList(from, Math.min(from + CHUNK, processIds.size())), pulses);
        }
        return pulses;
    }

    private void readPulses(List<String> processIds, List<Pulse> pulses) {
        List<Step> steps = new ArrayList<>(processIds.size() * 2 + 1);
        steps.add(Step.keyless("TIME"));
        processIds.forEach(id -> steps.addAll(Pulse.reads(keys, id)));
        List<@Nullable Object> replies = ask(steps);
        long time = Pulse.millis(replies.get(0));
        for (int i = 0; i < processIds.size(); i++) {
            pulses.add(Pulse.of(processIds.get(i), replies.get(2 * i + 1), replies.get(2 * i + 2), time));
        }
    }

    private List<Step> steps(RecordKey key) {
        Step content = form(key).read(key);
        return form(key).hasMeta() ? List.of(meta(key), content, meta(key)) : List.of(content);
    }

    private Step meta(RecordKey key) {
        return Step.of("HGET", keys.meta(key), key.id());
    }

    private @Nullable Stored decode(RecordKey key, List<@Nullable Object> replies) {
        return form(key).hasMeta()
                ? decode(key, replies.get(0), replies.get(1), replies.get(2))
                : decode(key, null, replies.get(0), null);
    }

    /** The record, or null when it moved while it was read. */
    private @Nullable Stored decode(
            RecordKey key, @Nullable Object before, @Nullable Object content, @Nullable Object after) {
        Object meta = text(before, keys.meta(key));
        if (!Objects.equals(meta, after)) {
            return null;
        }
        if (content instanceof ErrorReply) {
            return readPlainSet(key, (String) meta);
        }
        return form(key).decode(key, (String) meta, flat(content), false);
    }

    /** What metadata and content, both sent as bytes, mean; null where some of it is no text by then. */
    @Nullable
    JsonNode decode(RecordKey key, @Nullable String meta, List<String> content) {
        List<String> received = new ArrayList<>(content.size());
        for (String text : content) {
            String back = Utf8.roundTrip(text);
            if (back == null) {
                return null;
            }
            received.add(back);
        }
        String kept = meta == null ? null : Utf8.roundTrip(meta);
        return form(key).decode(key, kept, received, false).image();
    }

    private @Nullable Object text(@Nullable Object reply, String key) {
        if (reply instanceof ErrorReply error) {
            throw error.toException(link.address(), Step.of("HGET", key), false);
        }
        return reply;
    }

    /** The content has not the type that the bridge writes, but perhaps the other one that the layout allows. */
    private @Nullable Stored readPlainSet(RecordKey key, @Nullable String meta) {
        Form form = form(key);
        Step read = form.readPlainSet(key);
        if (read == null) {
            throw wrongType(form.read(key));
        }
        List<@Nullable Object> replies = form.hasMeta()
                ? link.read(List.of(read, Step.of("HGET", keys.meta(key), key.id())))
                : link.read(List.of(read));
        if (form.hasMeta() && !Objects.equals(meta, replies.get(1))) {
            return null;
        }
        if (replies.get(0) instanceof ErrorReply) {
            throw wrongType(read);
        }
        return form.decode(key, meta, flat(replies.get(0)), true);
    }

    private BridgeException wrongType(Step step) {
        return new ErrorReply("WRONGTYPE").toException(link.address(), step, false);
    }

    /** The record as a conflict's answer tells it, or as read now where it tells nothing. */
    Stored current(RecordKey key, Committer.Conflict conflict) {
        List<?> current = conflict.current();
        return current == null
                ? read(key)
                : form(key).decode(key, (String) current.get(0), flat(current.get(1)), false);
    }

    /** A reply as a list of texts: none for nil, one for a text. */
    static List<String> flat(@Nullable Object reply) {
        if (reply == null) {
            return List.of();
        }
        if (!(reply instanceof List<?> parts)) {
            return List.of(reply.toString());
        }
        List<String> texts = new ArrayList<>(parts.size());
        parts.forEach(part -> texts.add(String.valueOf(part)));
        return texts;
    }
}
