package io.sightline.deploy.cli;

import io.sightline.http.client.ClientAccess;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command says who it is to an API, and whose servers it trusts. */
final class ApiAccessOptions {

    /** Holds a key where no file does. A key has no option of its own: others see the command line. */
    private static final String KEY_VARIABLE = "SIGHTLINE_API_KEY";

    @Option(
            names = "--api-key-file",
            paramLabel = "FILE",
            description = "File that holds the API key or token to call with (default: what SIGHTLINE_API_KEY holds).")
    private @Nullable Path apiKeyFile;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "PEM file of the authority that signed the server's certificate (default: what Java trusts).")
    private @Nullable Path authority;

    ClientAccess access() throws IOException {
        if (apiKeyFile != null) {
            return ClientAccess.ofKeyFile(apiKeyFile, authority);
        }
        String key = System.getenv(KEY_VARIABLE);
        return new ClientAccess(key == null || key.isBlank() ? null : key.strip(), authority);
    }
}
