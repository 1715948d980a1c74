package poppo.bridge.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The checker finds each broken promise, and nothing in a history that keeps them. Times are in nanoseconds from 0. */
final class CheckerTest {
    private static final Duration SURE = Duration.ofNanos(100);

    private final List<Event> events = new ArrayList<>();

    private void write(long ticket, long begin, long end, Outcome outcome) {
        events.add(new Event.Write("r", ticket, false, begin, end, outcome));
    }

    private void remove(long ticket, long begin, long end, Outcome outcome) {
        events.add(new Event.Write("r", ticket, true, begin, end, outcome));
    }

    private void read(Seen seen, long begin, long end) {
        events.add(new Event.Read("r", seen, begin, end));
    }

    private void assertFound(Finding.Kind... kinds) {
        assertThat(new Checker(SURE).check(events)).extracting(Finding::kind).containsExactly(kinds);
    }

    // ---- acknowledged, then lost

    @Test
    void anAcknowledgedWriteThatNoLaterReadShowsIsLost() {
        write(1, 0, 1, Outcome.DONE);
        write(2, 2, 3, Outcome.DONE);
        read(Seen.ticket(1), 4, 5);
        assertFound(Finding.Kind.LOST);
    }

    @Test
    void aRecordThatVanishesIsLost() {
        write(1, 0, 1, Outcome.DONE);
        read(Seen.ABSENT, 2, 3);
        assertFound(Finding.Kind.LOST);
    }

    @Test
    void aMemberThatVanishesIsLost() {
        write(1, 0, 1, Outcome.DONE);
        read(Seen.PRESENT, 2, 3);
        read(Seen.ABSENT, 4, 5);
        assertFound(Finding.Kind.LOST);
    }

    @Test
    void anAcknowledgedRemovalThatIsUndoneIsLost() {
        write(1, 0, 1, Outcome.DONE);
        remove(2, 2, 3, Outcome.DONE);
        read(Seen.PRESENT, 4, 5);
        assertFound(Finding.Kind.LOST);
    }

    @Test
    void anAppendedElementThatIsMissingInTheMiddleIsLost() {
        write(1, 0, 1, Outcome.DONE);
        write(2, 2, 3, Outcome.DONE);
        write(3, 4, 5, Outcome.DONE);
        events.add(new Event.ListRead("r", List.of(1L, 3L), 6, 7));
        assertFound(Finding.Kind.LOST);
    }

    @Test
    void aCheckoutThatIsNotThereWhileTheHolderLivesIsLost() {
        events.add(new Event.Taken(7, "a", 0, 1));
        events.add(new Event.Holder(7, "", 10, 11));
        assertFound(Finding.Kind.LOST);
    }

    // ---- went back

    @Test
    void aReadOlderThanAnAcknowledgedWriteWentBackWhenTheWriteIsThereLater() {
        write(1, 0, 1, Outcome.DONE);
        write(2, 2, 3, Outcome.DONE);
        read(Seen.ticket(1), 4, 5);
        read(Seen.ticket(2), 6, 7);
        assertFound(Finding.Kind.WENT_BACK);
    }

    @Test
    void aReadOlderThanAnotherReadWentBack() {
        write(1, 0, 1, Outcome.DONE);
        write(2, 2, 9, Outcome.UNKNOWN);
        read(Seen.ticket(2), 3, 4);
        read(Seen.ticket(1), 5, 6);
        assertFound(Finding.Kind.WENT_BACK);
    }

    @Test
    void aLateWriteOverANewerOneWentBack() {
        write(1, 0, 1, Outcome.UNKNOWN);
        write(2, 2, 3, Outcome.DONE);
        read(Seen.ticket(2), 4, 5);
        read(Seen.ticket(1), 6, 7);
        read(Seen.ticket(1), 8, 9);
        assertFound(Finding.Kind.LOST);
    }

    // ---- two holders

    @Test
    void twoProcessesToldThatTheyHoldAnIssueAreTwoHolders() {
        events.add(new Event.Taken(7, "a", 0, 1));
        events.add(new Event.Taken(7, "b", 50, 51));
        assertFound(Finding.Kind.TWO_HOLDERS);
    }

    @Test
    void aSignOfLifeKeepsAHolderSure() {
        events.add(new Event.Taken(7, "a", 0, 1));
        events.add(new Event.Alive("a", 90, 91));
        events.add(new Event.Taken(7, "b", 150, 151));
        assertFound(Finding.Kind.TWO_HOLDERS);
    }

    @Test
    void oneAfterTheOtherIsFine() {
        events.add(new Event.Taken(7, "a", 0, 1));
        events.add(new Event.LetGo(7, "a", 10));
        events.add(new Event.Taken(7, "b", 11, 12));
        events.add(new Event.Taken(8, "b", 13, 14));
        events.add(new Event.Taken(7, "c", 120, 121));
        assertFound();
    }

    // ---- false orphans

    @Test
    void aProcessThatWasHeardOfWithinTheTtlIsNoOrphan() {
        events.add(new Event.Alive("a", 10, 11));
        events.add(new Event.Orphaned(7, "a", 60, 61));
        assertFound(Finding.Kind.FALSE_ORPHAN);
    }

    @Test
    void aProcessThatWasNotHeardOfForLongIsAnOrphan() {
        events.add(new Event.Alive("a", 10, 11));
        events.add(new Event.Orphaned(7, "a", 160, 161));
        assertFound();
    }

    // ---- invented

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"REFUSED", "NOT_DONE"})
    void aWriteThatWasAnsweredAsNotDoneMustNotBeSeen(Outcome outcome) {
        write(1, 0, 1, Outcome.DONE);
        write(2, 2, 3, outcome);
        read(Seen.ticket(2), 4, 5);
        assertFound(Finding.Kind.INVENTED);
    }

    @Test
    void aTicketThatNobodyWroteIsInvented() {
        read(Seen.ticket(4), 0, 1);
        assertFound(Finding.Kind.INVENTED);
    }

    @Test
    void aMemberThatNobodyAddedIsInvented() {
        read(Seen.PRESENT, 0, 1);
        assertFound(Finding.Kind.INVENTED);
    }

    @Test
    void anElementThatIsThereTwiceIsInvented() {
        write(1, 0, 1, Outcome.DONE);
        write(2, 2, 3, Outcome.DONE);
        events.add(new Event.ListRead("r", List.of(1L, 1L, 2L), 6, 7));
        assertFound(Finding.Kind.INVENTED);
    }

    // ---- what is allowed

    @Test
    void anUnknownWriteMayBeThereOrNot() {
        write(1, 0, 1, Outcome.DONE);
        write(2, 2, 3, Outcome.UNKNOWN);
        read(Seen.ticket(1), 4, 5);
        read(Seen.ticket(2), 6, 7);
        assertFound();
    }

    @Test
    void aReadBesideAWriteMayShowEither() {
        write(1, 0, 1, Outcome.DONE);
        write(2, 2, 10, Outcome.DONE);
        read(Seen.ticket(2), 3, 9);
        read(Seen.ticket(1), 3, 9);
        assertFound();
    }

    @Test
    void aMemberMayBeGoneOnceItsRemovalHasBegun() {
        write(1, 0, 1, Outcome.DONE);
        remove(2, 4, 8, Outcome.DONE);
        read(Seen.PRESENT, 2, 3);
        read(Seen.ABSENT, 5, 6);
        assertFound();
    }

    // ---- from one check to the next

    @Test
    void whatStoodAtTheLastCheckMustStillStand() {
        History history = new History();
        history.add(new Event.Write("r", 1, false, 0, 1, Outcome.DONE));
        history.add(new Event.Read("r", Seen.ticket(1), 2, 3));
        assertThat(history.checkAndSettle(new Checker(SURE), SURE)).isEmpty();
        history.add(new Event.Read("r", Seen.ABSENT, 4, 5));
        assertThat(history.checkAndSettle(new Checker(SURE), SURE))
                .extracting(Finding::kind)
                .containsExactly(Finding.Kind.LOST);
    }

    @Test
    void anUnknownWriteMayNotTakeEffectAfterItWasSettled() {
        History history = new History();
        history.add(new Event.Write("r", 1, false, 0, 1, Outcome.DONE));
        history.add(new Event.Write("r", 2, false, 2, 3, Outcome.UNKNOWN));
        history.add(new Event.Read("r", Seen.ticket(1), 4, 5));
        assertThat(history.checkAndSettle(new Checker(SURE), SURE)).isEmpty();
        history.add(new Event.Read("r", Seen.ticket(2), 6, 7));
        assertThat(history.checkAndSettle(new Checker(SURE), SURE))
                .extracting(Finding::kind)
                .containsExactly(Finding.Kind.INVENTED);
    }
}
