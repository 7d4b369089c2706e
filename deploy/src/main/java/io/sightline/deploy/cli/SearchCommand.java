package io.sightline.deploy.cli;

import io.sightline.deploy.client.SearchClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sightline search}. */
@Command(
        name = "search",
        mixinStandardHelpOptions = true,
        description = "Finds the nearest images to a file, or to an indexed image with --id.")
final class SearchCommand implements Callable<Integer> {

    @Parameters(paramLabel = "IMAGE", description = "A JPEG or PNG file; with --id, the id of an indexed image.")
    private String image = "";

    @Option(names = "--id", description = "IMAGE is the id of an indexed image.")
    private boolean byId;

    @Option(names = "-k", description = "Neighbours (default: ${DEFAULT-VALUE}).")
    private int k = 10;

    @Option(names = "--label", description = "Only neighbours with this label.")
    private String label = "";

    @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "Only neighbours with this tag; may be repeated.")
    private Map<String, String> tags = Map.of();

    @Mixin
    private SearchOptions search = new SearchOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (SearchClient client = new SearchClient(search.url())) {
            SearchClient.Answer answer = byId ? byId(client) : byFile(client);
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
            return 0;
        }
    }

    private SearchClient.Answer byFile(SearchClient client) throws IOException, InterruptedException {
        Path file = Path.of(image);
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no file " + file + "; to search by the id of an indexed image add --id");
        }
        return client.search(Files.readAllBytes(file), k, tags, label);
    }

    private SearchClient.Answer byId(SearchClient client) throws IOException, InterruptedException {
        Map<String, Object> filter = label.isEmpty() ? Map.of("tags", tags) : Map.of("tags", tags, "label", label);
        return client.search(Map.of("id", image, "k", k, "filter", filter));
    }
}
