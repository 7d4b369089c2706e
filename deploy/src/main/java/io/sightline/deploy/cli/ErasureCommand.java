package io.sightline.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.client.SearchClient;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sightline erasure}. */
@Command(
        name = "erasure",
        mixinStandardHelpOptions = true,
        description = {
            "Shows each place that a deleted image has to go from, and when it was verified to be gone.",
            "Exit status 1 while a place is pending."
        },
        subcommands = ErasureWithdrawCommand.class)
final class ErasureCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "ID", description = "The image.")
    private @Nullable String id;

    @Mixin
    private SearchOptions search = new SearchOptions();

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    ErasureCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (id == null) {
            throw new ParameterException(spec.commandLine(), "say which image: sightline erasure ID");
        }
        try (SearchClient client = search.client()) {
            String path = URLEncoder.encode(id, StandardCharsets.UTF_8)
                    .replace("+", "%20")
                    .replace("%2F", "/");
            JsonNode erasure = client.get("/v1/images/" + path + "/erasure");
            String state = erasure.path("state").asText();
            System.out.println(id + ": " + state + ", deleted "
                    + erasure.path("requestedTime").asText() + " (partition "
                    + erasure.path("partition").asInt() + ", offset "
                    + erasure.path("offset").asLong() + ")");
            for (JsonNode place : erasure.path("places")) {
                System.out.printf(
                        "  %-8s  %-24s  %-24s  %-20s  %s%n",
                        place.path("state").asText(),
                        place.path("time").asText("-"),
                        place.path("place").asText(),
                        place.path("holder").asText(),
                        place.path("detail").asText());
            }
            return state.equals("ERASED") ? 0 : 1;
        }
    }
}
