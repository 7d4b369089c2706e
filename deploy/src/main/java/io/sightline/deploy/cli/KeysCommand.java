package io.sightline.deploy.cli;

import io.sightline.http.ApiKey;
import io.sightline.http.ApiKeyFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sightline keys}. */
@Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        description = {
            "Creates, lists and revokes the API keys of the HTTP services.",
            "The file holds their SHA-256, not the keys. Services read it again when it changes."
        },
        subcommands = {KeysCommand.Create.class, KeysCommand.ListKeys.class, KeysCommand.Revoke.class})
final class KeysCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    private KeysCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: create, list or revoke");
    }

    /** What all of them do it to. */
    abstract static class OnFile implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Option(names = "--file", required = true, paramLabel = "FILE", description = "The file of keys.")
        private Path file = Path.of("keys.json");

        @SuppressWarnings("NullAway.Init") // picocli sets the spec.
        OnFile() {}

        abstract void run(ApiKeyFile keys, PrintWriter out) throws IOException;

        Path file() {
            return file;
        }

        @Override
        public Integer call() throws IOException {
            PrintWriter out = spec.commandLine().getOut();
            try {
                run(new ApiKeyFile(file), out);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
            }
            out.flush();
            return 0;
        }
    }

    /** {@code sightline keys create}. */
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Creates a key and prints it, once: it is kept nowhere.")
    static final class Create extends OnFile {

        @Parameters(paramLabel = "NAME", description = "Whose key it is, as the audit log says it.")
        private String name = "";

        @Option(
                names = "--scope",
                required = true,
                split = ",",
                paramLabel = "SCOPE",
                description = "What it may do: ingest, search, monitor, admin (all of them); several with commas.")
        private List<String> scopes = List.of();

        @Option(
                names = "--expires",
                paramLabel = "DAYS",
                description = "Refuse it after so many days (default: never).")
        private @Nullable Integer expires;

        @Override
        void run(ApiKeyFile keys, PrintWriter out) throws IOException {
            if (expires != null && expires < 1) {
                throw new IllegalArgumentException("--expires must be at least 1 day, not " + expires);
            }
            Instant now = Clock.systemUTC().instant();
            out.println(keys.create(name, scopes, now, expires == null ? null : now.plus(Duration.ofDays(expires))));
        }
    }

    /** {@code sightline keys list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the keys: whose, for what, until when.")
    static final class ListKeys extends OnFile {

        @Override
        void run(ApiKeyFile keys, PrintWriter out) throws IOException {
            Instant now = Clock.systemUTC().instant();
            out.printf("%-24s  %-24s  %-24s  %s%n", "name", "scopes", "created", "expires");
            for (ApiKey key : keys.keys()) {
                String expires =
                        key.expires() == null ? "never" : key.expires() + (key.isExpired(now) ? " (expired)" : "");
                out.printf(
                        "%-24s  %-24s  %-24s  %s%n",
                        key.name(), String.join(",", key.scopes()), key.created(), expires);
            }
        }
    }

    /** {@code sightline keys revoke}. */
    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description =
                    "Takes a key out of the file. Services refuse it, and end its sessions, about a second later.")
    static final class Revoke extends OnFile {

        @Parameters(paramLabel = "NAME", description = "Whose key it is.")
        private String name = "";

        @Override
        void run(ApiKeyFile keys, PrintWriter out) throws IOException {
            keys.revoke(name);
            out.println("revoked " + name + " in " + file());
        }
    }
}
