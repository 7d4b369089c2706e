package io.sightline.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.client.SearchClient;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sightline status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Which version answers, how far each lane is behind, and what is wrong.")
final class StatusCommand implements Callable<Integer> {

    @Mixin
    private SearchOptions search = new SearchOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (SearchClient client = search.client()) {
            JsonNode status = client.get("/v1/status");
            System.out.println("active   " + status.path("active").asText("none yet"));
            status.path("images")
                    .properties()
                    .forEach(lane -> System.out.printf(
                            "lane     %-6s %d images searchable, lag %s, index %s behind%n",
                            lane.getKey(),
                            lane.getValue().asLong(),
                            status.path("lag").path(lane.getKey()).asText("unknown"),
                            status.path("behind").path(lane.getKey()).asText("unknown")));
            status.path("failures")
                    .properties()
                    .forEach(failure -> System.out.println("failed   " + failure.getKey() + ": "
                            + failure.getValue().asText()));
            return status.path("failures").isEmpty() ? 0 : 1;
        }
    }
}
