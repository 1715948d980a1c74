package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import poppo.bridge.state.Decision.Changed;
import poppo.bridge.state.Decision.Effects;

/** Stores that are wrong in one way each, and a promise of the kit that must notice it. */
enum WrongStore {
    LOSES_THE_LAST_WRITE("anUnknownIssueIsCreatedFieldByField", LosesWrites::new),
    WRITES_WITHOUT_LOCK("appendsToPendingTasksLoseNone", WritesWithoutLock::new),
    IGNORES_THE_VERSION("aNewerRecordIsLeftAlone", () -> new MemoryStateManager() {
        @Override
        boolean stands(Replacement copy) {
            return true;
        }
    }),
    TAKES_ANY_VERSION_OF_WHAT_IS_GONE("aRecordRemovedMeanwhileDoesNotComeBack", () -> new MemoryStateManager() {
        @Override
        boolean stands(Replacement copy) {
            return content.entry(copy.key()).image() == null || super.stands(copy);
        }
    }),
    COPIES_NOTHING("aCopyCreatesARecordThatIsNotThere", () -> new MemoryStateManager() {
        @Override
        boolean stands(Replacement copy) {
            return false;
        }
    }),
    STOPS_AT_THE_FIRST_STALE_COPY("eachOfManyCopiesStandsForItself", StopsAtTheFirstStaleCopy::new),
    HANDS_OUT_A_HELD_ISSUE("checkoutIsRefusedWhileTheHolderLives", () -> new MemoryStateManager() {
        @Override
        boolean isHolderAlive(Issue issue, Instant at) {
            return false;
        }
    }),
    BELIEVES_NOBODY_DEAD("aDeadHolderLosesTheIssueToTheNext", () -> new MemoryStateManager() {
        @Override
        boolean isHolderAlive(Issue issue, Instant at) {
            return true;
        }
    }),
    JUDGES_BY_THE_RECORD_ALONE("aHolderLivesAsLongAsItsProcessIsHeardOf", () -> new MemoryStateManager() {
        @Override
        boolean isHolderAlive(Issue issue, Instant at) {
            return issue.hasFreshHeartbeat(at, HEARTBEAT_TTL);
        }
    }),
    LETS_ANYBODY_CHECK_IN("anotherProcessIsRefused", LetsAnybodyCheckIn::new),
    FORGETS_UNKNOWN_FIELDS("unknownFieldsSurviveInTheirPlaces", () -> changing(field -> field, "x")),
    MAKES_NULL_ABSENT("nullAndAbsentStayDifferent", () -> changing(value -> value.isNull() ? null : value, null)),
    MAKES_ABSENT_OF_EMPTY("anEmptyRegistrationIsNotAbsent", () -> new MemoryStateManager() {
        @Override
        void keep(RecordKey key, JsonNode image, long order) {
            super.keep(key, image != null && image.isEmpty() && image.isContainerNode() ? null : image, order);
        }
    }),
    MAKES_NUMBERS_DOUBLE(
            "aFieldOfAnyRecordKeepsItsValue",
            () -> changing(value -> value.isNumber() ? Json.number(Double.toString(value.asDouble())) : value, null)),
    MAKES_NUMBERS_OF_NUMERIC_TEXT(
            "aFieldOfAnyRecordKeepsItsValue",
            () -> changing(value -> "12".equals(value.textValue()) ? Json.number(12) : value, null)),
    CUTS_MINUS_ZERO(
            "aFieldOfAnyRecordKeepsItsValue",
            () -> changing(value -> "-0".equals(value.asText()) ? Json.number(0) : value, null)),
    BREAKS_HALF_CHARACTERS(
            "aFieldOfAnyRecordKeepsItsValue",
            () -> changing(
                    value -> value.isTextual() && Json.hasUnpairedSurrogate(value.textValue()) ? Json.text("?") : value,
                    null)),
    KEEPS_LISTS_AS_SETS("pendingTasksKeepTheirOrderAndRepeats", KeepsListsAsSets::new),
    SORTS_THE_FIELDS("fieldsKeepTheirOrder", SortsFields::new),
    LISTS_ARRIVALS_BY_NUMBER("processedIssuesKeepTheOrderTheyCameIn", () -> new MemoryStateManager() {
        @Override
        Comparator<Versioned> order(StateCollection collection) {
            return Comparator.comparing(record -> record.key().id());
        }
    }),
    LISTS_ISSUES_AS_TEXT("sparseAndHugeNumbersStandInTheirOrder", () -> new MemoryStateManager() {
        @Override
        Comparator<Versioned> order(StateCollection collection) {
            return collection == StateCollection.ISSUES
                    ? Comparator.comparing(record -> record.key().id())
                    : super.order(collection);
        }
    }),
    MOVES_WHAT_IS_WRITTEN_AGAIN("aTaskWrittenAgainIsReplacedWholeInItsPlace", () -> new MemoryStateManager() {
        @Override
        void keep(RecordKey key, JsonNode image, long order) {
            replace(key, image, order);
        }
    }),
    SHOWS_THE_LAST_OF_A_PAGE_AGAIN("pagesOfAnySizeShowEachIssueOnceByNumber", ShowsTheLastAgain::new),
    LETS_A_HEARTBEAT_RESURRECT("anIssueNotInProcessingIsNotBroughtBack", LetsAHeartbeatResurrect::new),
    FORGETS_HEARTBEATS("itKeepsTheHolderAlive", ForgetsHeartbeats::new),
    LISTS_THE_LIVING_AS_ORPHANS("theIssuesOfTheLivingAreNotListed", () -> new MemoryStateManager() {
        @Override
        boolean isOrphan(Issue issue, Instant at) {
            return true;
        }
    }),
    SEES_NO_ORPHANS("theIssuesOfTheDeadAreListedByNumber", () -> new MemoryStateManager() {
        @Override
        boolean isOrphan(Issue issue, Instant at) {
            return false;
        }
    }),
    SEES_THE_DEAD("aProcessThatHoldsNothingIsHeardOf", () -> new MemoryStateManager() {
        @Override
        public Optional<Instant> lastSeen(String processId, Instant now) {
            return Optional.of(now.minusSeconds(60));
        }
    }),
    CHANGES_ON_REFUSAL("checkoutIsRefusedWhileTheHolderLives", () -> new MemoryStateManager() {
        @Override
        void refuse(Operation operation, Stamp stamp) {
            JsonNode image = content.entry(operation.key()).image();
            keep(operation.key(), image, stamp.order());
        }
    }),
    SIGN_OF_LIFE_ON_REFUSAL("checkoutIsRefusedWhileTheHolderLives", () -> new MemoryStateManager() {
        @Override
        void refuse(Operation operation, Stamp stamp) {
            if (operation instanceof Operation.Checkout checkout) {
                content.heardOf(checkout.processId(), stamp.now());
            }
        }
    }),
    FORGETS_THE_INDEX("theListsFollowACopy", ForgetsTheIndex::new),
    MIXES_UP_COLLECTIONS("issuesAndProcessedIssuesOfOneNumberAreDifferentRecords", MixesUpCollections::new),
    READS_IN_ANOTHER_ORDER("manyRecordsAreReadInTheOrderAskedFor", () -> new MemoryStateManager() {
        @Override
        public List<Versioned> readAll(List<RecordKey> keys) {
            List<Versioned> all = new ArrayList<>(super.readAll(keys));
            all.sort(Comparator.comparing(record -> record.key().toString()));
            return all;
        }
    }),
    SHORTENS_A_HEARTBEAT("aCopyNeverShortensAHeartbeat", () -> new MemoryStateManager() {
        @Override
        public List<Boolean> replaceAll(List<Replacement> copies) {
            copies.forEach(copy -> content.seen.remove(Issue.holder(copy.image())));
            return super.replaceAll(copies);
        }
    });

    private final String noticedBy;
    private final Supplier<StateManager> store;

    WrongStore(String noticedBy, Supplier<StateManager> store) {
        this.noticedBy = noticedBy;
        this.store = store;
    }

    /** The promise that must fail on it, whichever others do. */
    String noticedBy() {
        return noticedBy;
    }

    StateManager open() {
        return store.get();
    }

    /** Changes each field's value, drops those it makes null, and the field called {@code forgotten}. */
    private static MemoryStateManager changing(UnaryOperator<JsonNode> change, String forgotten) {
        return new MemoryStateManager() {
            @Override
            JsonNode stored(RecordKey key, JsonNode image) {
                if (!image.isObject()) {
                    return image;
                }
                ObjectNode changed = Json.object();
                image.properties().forEach(field -> {
                    JsonNode value = change.apply(field.getValue());
                    if (value != null && !field.getKey().equals(forgotten)) {
                        changed.set(field.getKey(), value);
                    }
                });
                return changed;
            }
        };
    }

    /** Answers, and keeps nothing of it. */
    private static final class LosesWrites extends MemoryStateManager {
        @Override
        void keep(RecordKey key, JsonNode image, long order) {}
    }

    /** Appends to what it knew before another did: like the legacy classes, always one round late. */
    private static final class WritesWithoutLock extends MemoryStateManager {
        private final Map<RecordKey, JsonNode> stale = new HashMap<>();

        @Override
        Decision decide(Operation operation, JsonNode before, Liveness liveness, Stamp stamp) {
            if (!(operation instanceof Operation.AppendPendingTask)) {
                return super.decide(operation, before, liveness, stamp);
            }
            boolean othersMeanwhile = Thread.currentThread().getName().startsWith("pool-");
            JsonNode known = othersMeanwhile ? stale.getOrDefault(operation.key(), Json.array()) : before;
            stale.put(operation.key(), before == null ? Json.array() : before);
            return super.decide(operation, known, liveness, stamp);
        }
    }

    private static final class StopsAtTheFirstStaleCopy extends MemoryStateManager {
        @Override
        public List<Boolean> replaceAll(List<Replacement> copies) {
            List<Boolean> written = new ArrayList<>();
            for (Replacement copy : copies) {
                boolean stopped = written.contains(false);
                written.add(!stopped && super.replaceAll(List.of(copy)).get(0));
            }
            return written;
        }
    }

    private static final class LetsAnybodyCheckIn extends MemoryStateManager {
        @Override
        Decision decide(Operation operation, JsonNode before, Liveness liveness, Stamp stamp) {
            String holder = before == null ? null : Issue.holder(before);
            if (operation instanceof Operation.Checkin in && holder != null) {
                Operation holders = new Operation.Checkin(in.issue(), holder, in.status(), in.result());
                return super.decide(holders, before, liveness, stamp);
            }
            return super.decide(operation, before, liveness, stamp);
        }
    }

    private static final class SortsFields extends MemoryStateManager {
        @Override
        JsonNode stored(RecordKey key, JsonNode image) {
            if (!image.isObject()) {
                return image;
            }
            ObjectNode sorted = Json.object();
            TreeSet<String> names = new TreeSet<>();
            image.fieldNames().forEachRemaining(names::add);
            names.forEach(name -> sorted.set(name, image.get(name)));
            return sorted;
        }
    }

    private static final class ShowsTheLastAgain extends MemoryStateManager {
        @Override
        public List<Versioned> page(StateCollection collection, String after, int limit) {
            List<Versioned> page = new ArrayList<>(super.page(collection, after, limit));
            if (after != null && collection == StateCollection.ISSUES && !page.isEmpty()) {
                page.add(0, read(new RecordKey(collection, after)));
            }
            return page.stream().limit(limit).toList();
        }
    }

    private static final class LetsAHeartbeatResurrect extends MemoryStateManager {
        @Override
        Decision decide(Operation operation, JsonNode before, Liveness liveness, Stamp stamp) {
            if (operation instanceof Operation.Heartbeat && before != null) {
                ObjectNode after = Json.copy(before);
                after.put(Issue.STATUS, Issue.PROCESSING);
                after.put(Issue.LAST_HEARTBEAT, stamp.time());
                return new Changed(after, Json.object().put("alive", true), Effects.NONE);
            }
            return super.decide(operation, before, liveness, stamp);
        }
    }

    private static final class ForgetsHeartbeats extends MemoryStateManager {
        @Override
        Decision decide(Operation operation, JsonNode before, Liveness liveness, Stamp stamp) {
            Decision decision = super.decide(operation, before, liveness, stamp);
            return operation instanceof Operation.Heartbeat && decision instanceof Changed changed
                    ? new Changed(changed.after(), changed.answer(), Effects.NONE)
                    : decision;
        }
    }

    /** Keeps the list of processing issues by operations only. */
    private static final class ForgetsTheIndex extends MemoryStateManager {
        private final TreeSet<Long> index = new TreeSet<>();

        @Override
        void keep(RecordKey key, JsonNode image, long order) {
            super.keep(key, image, order);
            if (key.collection() == StateCollection.ISSUES && Issue.isProcessing(image)) {
                index.add(key.number());
            } else if (key.collection() == StateCollection.ISSUES) {
                index.remove(key.number());
            }
        }

        @Override
        public List<Long> processing() {
            return List.copyOf(index);
        }
    }

    /** Removes by number whatever has it. */
    private static final class MixesUpCollections extends MemoryStateManager {
        @Override
        void keep(RecordKey key, JsonNode image, long order) {
            super.keep(key, image, order);
            if (image == null && key.collection() == StateCollection.ISSUES) {
                super.keep(RecordKey.processedIssue(key.number()), null, order);
            }
        }
    }

    /** Keeps lists the way a set does: without order and repeats. */
    private static final class KeepsListsAsSets extends MemoryStateManager {
        @Override
        JsonNode stored(RecordKey key, JsonNode image) {
            if (!image.isArray()) {
                return image;
            }
            ArrayNode sorted = Json.array();
            TreeSet<String> texts = new TreeSet<>();
            image.forEach(element -> texts.add(Json.compact(element)));
            texts.forEach(text -> sorted.add(Json.parse(text)));
            return sorted;
        }
    }
}
