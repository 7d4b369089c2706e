package io.sightline.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.client.SearchClient;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline models}. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        description = "Lists the model versions, or goes back to the one before.",
        subcommands = ModelsCommand.Rollback.class)
final class ModelsCommand implements Callable<Integer> {

    @Mixin
    private SearchOptions search = new SearchOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (SearchClient client = new SearchClient(search.url())) {
            System.out.println("version  status      steps  classes  holdout MAP@R  published                 reason");
            for (JsonNode model : client.get("/v1/models")) {
                JsonNode mapAtR = model.path("metrics").path("mapAtR");
                System.out.printf(
                        Locale.ROOT,
                        "%-8s %-9s %7d %8d  %13s  %-24s  %s%n",
                        model.path("version").asText(),
                        model.path("status").asText(),
                        model.path("steps").asLong(),
                        model.path("classes").asInt(),
                        mapAtR.isMissingNode() ? "-" : String.format(Locale.ROOT, "%.4f", mapAtR.asDouble()),
                        model.path("publishedTime").asText(),
                        model.path("reason").asText());
            }
            return 0;
        }
    }

    /** {@code sightline models rollback}. */
    @Command(
            name = "rollback",
            mixinStandardHelpOptions = true,
            description = "Makes a retired version that is still within its grace active again.")
    static final class Rollback implements Callable<Integer> {

        @Option(
                names = "--version-name",
                paramLabel = "VERSION",
                description = "Default: the one that was retired last.")
        private @Nullable String version;

        @Mixin
        private SearchOptions search = new SearchOptions();

        @Override
        public Integer call() throws IOException, InterruptedException {
            try (SearchClient client = new SearchClient(search.url())) {
                String query = version == null ? "" : "?version=" + version;
                System.out.println("active: "
                        + client.post("/v1/models:rollback" + query)
                                .path("active")
                                .asText());
                return 0;
            }
        }
    }
}
