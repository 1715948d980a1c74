package poppo.bridge.state;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A call that a {@link MemoryStateManager} was asked.
 *
 * @param method its name
 * @param about what it was about, for people
 * @param operation the operation of an {@code execute}, else null
 */
public record Call(String method, String about, @Nullable Operation operation) {
    static Call of(String method, Object about) {
        return new Call(method, about.toString(), null);
    }

    static Call execute(Operation operation) {
        return new Call("execute", operation.name() + " " + operation.key(), operation);
    }

    /** Every call of this method. */
    public static Predicate<Call> to(String method) {
        return call -> call.method.equals(method);
    }

    /** Every execution of this kind of operation. */
    public static Predicate<Call> executing(Class<? extends Operation> kind) {
        return call -> kind.isInstance(call.operation);
    }

    @Override
    public String toString() {
        return about.isEmpty() ? method : method + " " + about;
    }
}
