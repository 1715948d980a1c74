package poppo.bridge.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import poppo.bridge.state.Json;

/** Prints the manual page of all commands. */
@Command(name = "man", description = "Print the manual page, for 'man -l -'.")
final class ManCommand implements Callable<Integer> {
    private final Session session;

    @Spec
    private @Nullable CommandSpec spec;

    ManCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String page = new ManPage().of(Objects.requireNonNull(spec).root().commandLine());
        session.terminal()
                .document(session.options().isJson() ? Json.pretty(Json.object().put("page", page)) : page);
        return ExitCode.DONE;
    }
}
