package io.sightline.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.client.SearchClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sightline search}. */
@Command(
        name = "search",
        mixinStandardHelpOptions = true,
        description = "Finds the nearest images to a file, or to an indexed image with --id.")
final class SearchCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "IMAGE", description = "A JPEG or PNG file; with --id, the id of an indexed image.")
    private String image = "";

    @Option(names = "--id", description = "IMAGE is the id of an indexed image.")
    private boolean byId;

    @Mixin
    private NeighbourOptions neighbours = new NeighbourOptions();

    @Mixin
    private SearchOptions search = new SearchOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Map<String, Object> request = request();
        try (SearchClient client = search.client()) {
            SearchClient.Answer answer = client.search(request);
            System.out.println("answered by " + answer.version()
                    + (answer.mappedFrom().isEmpty()
                            ? ""
                            : "; the query was embedded by " + answer.mappedFrom() + " and mapped into its space"));
            for (SearchClient.Neighbour neighbour : answer.neighbours()) {
                System.out.printf(
                        Locale.ROOT,
                        "  %.4f  %-50s %-24s %s%n",
                        neighbour.score(),
                        neighbour.id(),
                        neighbour.label(),
                        neighbour.tags());
            }
            if (!answer.next().isEmpty()) {
                System.out.println("more with --after " + answer.next());
            }
            if (!answer.explain().isMissingNode()) {
                explain(answer.explain());
            }
            return 0;
        }
    }

    private Map<String, Object> request() throws IOException {
        Map<String, Object> request;
        try {
            request = neighbours.request();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        if (byId) {
            request.put("id", image);
            return request;
        }
        Path file = Path.of(image);
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no file " + file + "; to search by the id of an indexed image add --id");
        }
        request.put("image", Files.readAllBytes(file));
        return request;
    }

    private static void explain(JsonNode explain) {
        System.out.printf(
                Locale.ROOT,
                "%s searched %s part(s) with ef %s and ranked %s images; %s us for the query, %s to search, %s to"
                        + " read%n",
                explain.path("store").asText(),
                explain.path("segments").asText(),
                explain.path("ef").asText(),
                explain.path("candidates").asText(),
                explain.path("micros").path("query").asText(),
                explain.path("micros").path("search").asText(),
                explain.path("micros").path("read").asText());
        for (JsonNode events : explain.path("events")) {
            System.out.printf(
                    Locale.ROOT,
                    "  %-50s %s, embedded in %s%n",
                    events.path("id").asText(),
                    coordinates(events.path("image")),
                    coordinates(events.path("embedding")));
        }
    }

    private static String coordinates(JsonNode event) {
        return event.path("topic").asText() + "-" + event.path("partition").asText() + "@"
                + event.path("offset").asText();
    }
}
