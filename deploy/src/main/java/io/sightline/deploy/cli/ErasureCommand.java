package io.sightline.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.client.SearchClient;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sightline erasure}. */
@Command(
        name = "erasure",
        mixinStandardHelpOptions = true,
        description = {
            "Shows each place that a deleted image has to go from, and when it was verified to be gone.",
            "Exit status 1 while a place is pending."
        })
final class ErasureCommand implements Callable<Integer> {

    @Parameters(paramLabel = "ID", description = "The image.")
    private String id = "";

    @Mixin
    private SearchOptions search = new SearchOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
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
