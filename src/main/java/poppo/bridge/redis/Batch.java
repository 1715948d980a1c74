package poppo.bridge.redis;

import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Commands that are written together and awaited together. Knows for certain whether any byte of them may have left:
 * giving up and beginning to write exclude each other.
 */
final class Batch {
    private static final byte[] NOTHING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);

    private enum State {
        WAITING,
        SENT,
        WITHDRAWN
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final CountDownLatch unanswered;
    private final List<Call> calls;

    Batch(List<Step> steps) {
        unanswered = new CountDownLatch(steps.size());
        calls = new ArrayList<>(steps.size());
        for (Step step : steps) {
            calls.add(new Call(step));
        }
    }

    List<Call> calls() {
        return calls;
    }

    /** Whether all were answered, or lost, in time. */
    boolean await(Duration timeout) throws InterruptedException {
        return unanswered.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Gives up; afterwards nothing of it is written any more that isn't already. */
    void withdraw() {
        state.compareAndSet(State.WAITING, State.WITHDRAWN);
        calls.forEach(Call::cancel);
    }

    /** Whether the server may have got it, or may get it yet. */
    boolean mayHaveLeft() {
        return state.get() == State.SENT;
    }

    private boolean beginsToLeave() {
        return state.compareAndSet(State.WAITING, State.SENT) || state.get() == State.SENT;
    }

    /** One command of the batch. */
    final class Call extends Command<String, String, Object> {
        private final Step step;
        private boolean finished;

        private Call(Step step) {
            super(new Keyword(step.command()), new Reply());
            this.step = step;
        }

        /** In the place of a withdrawn command something harmless is written, since its reply is already waited for. */
        @Override
        public void encode(ByteBuf buffer) {
            if (beginsToLeave()) {
                Resp.write(step, buffer);
            } else {
                buffer.writeBytes(NOTHING);
            }
        }

        /** What kept it from being answered, or null. */
        @Nullable
        Throwable failure() {
            return exception;
        }

        /** The server's error message, or null. */
        @Nullable
        String errorReply() {
            return exception == null && output.hasError() ? output.getError() : null;
        }

        boolean isMalformed() {
            return ((Reply) output).isMalformed();
        }

        @Override
        public void complete() {
            super.complete();
            finish();
        }

        @Override
        public boolean completeExceptionally(Throwable throwable) {
            boolean completed = super.completeExceptionally(throwable);
            finish();
            return completed;
        }

        @Override
        public void cancel() {
            super.cancel();
            finish();
        }

        private synchronized void finish() {
            if (!finished) {
                finished = true;
                unanswered.countDown();
            }
        }
    }

    private record Keyword(String name) implements ProtocolKeyword {
        @Override
        public byte[] getBytes() {
            return name.getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
