package io.sightline.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.client.SearchClient;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sightline models}. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        description =
                "Lists the model versions; shows one with its history, takes it a step on, back or out; imports and"
                        + " exports weights.",
        subcommands = {
            ModelsCommand.Show.class,
            ModelsCommand.Promote.class,
            ModelsCommand.Rollback.class,
            ModelsCommand.Retire.class,
            ModelsImportCommand.class,
            ModelsExportCommand.class
        })
final class ModelsCommand implements Callable<Integer> {

    @Mixin
    private SearchOptions search = new SearchOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (SearchClient client = search.client()) {
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

    static String path(String version) {
        return "/v1/models/"
                + URLEncoder.encode(version, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** One step of a version, told when it is done. */
    abstract static class Step implements Callable<Integer> {

        @Mixin
        private SearchOptions search = new SearchOptions();

        /** Route of the step. */
        abstract String route();

        @Override
        public Integer call() throws IOException, InterruptedException {
            try (SearchClient client = search.client()) {
                JsonNode done = client.post(route());
                System.out.printf(
                        "%s: %s -> %s (%s)%n",
                        done.path("version").asText(),
                        done.path("from").asText(),
                        done.path("to").asText(),
                        done.path("cause").asText());
                return 0;
            }
        }
    }

    /** {@code sightline models show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description =
                    "Shows what became of a version and why, with the figures of its gates, and where it comes from.")
    static final class Show implements Callable<Integer> {

        @Parameters(paramLabel = "VERSION")
        private String version = "";

        @Mixin
        private SearchOptions search = new SearchOptions();

        @Override
        public Integer call() throws IOException, InterruptedException {
            try (SearchClient client = search.client()) {
                JsonNode model = client.get(path(version));
                for (String field : new String[] {
                    "version", "status", "parent", "steps", "classes", "trainingImages", "dimensions", "artifactUri"
                }) {
                    System.out.printf("%-14s  %s%n", field, model.path(field).asText("-"));
                }
                System.out.println("history");
                for (JsonNode step : model.path("history")) {
                    System.out.printf(
                            "  %-24s  %-9s  %-18s  %s%n",
                            step.path("eventTime").asText(),
                            step.path("status").asText(),
                            step.path("cause").asText(),
                            step.path("reason").asText());
                    print("    ", step.path("gate"));
                }
                System.out.println("holdout");
                print("  ", model.path("metrics"));
                return 0;
            }
        }

        private static void print(String indent, JsonNode figures) {
            figures.properties().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(figure -> System.out.printf(
                            Locale.ROOT,
                            "%s%-28s %.6g%n",
                            indent,
                            figure.getKey(),
                            figure.getValue().asDouble()));
        }
    }

    /** {@code sightline models promote}. */
    @Command(
            name = "promote",
            mixinStandardHelpOptions = true,
            description = "Takes a version one step on: a candidate back-fills now; one that has back-filled becomes"
                    + " active without the gates; a retired one is gone back to.")
    static final class Promote extends Step {

        @Parameters(paramLabel = "VERSION")
        private String version = "";

        @Override
        String route() {
            return path(version) + ":promote";
        }
    }

    /** {@code sightline models rollback}. */
    @Command(
            name = "rollback",
            mixinStandardHelpOptions = true,
            description = "Makes a retired version that is still within its grace active again.")
    static final class Rollback extends Step {

        @Parameters(paramLabel = "VERSION", arity = "0..1", description = "Default: the one that was retired last.")
        private @Nullable String version;

        @Override
        String route() {
            return version == null ? "/v1/models:rollback" : path(version) + ":rollback";
        }
    }

    /** {@code sightline models retire}. */
    @Command(
            name = "retire",
            mixinStandardHelpOptions = true,
            description = "Ends a version that is not active: rejects it, or keeps it no longer for a rollback.")
    static final class Retire extends Step {

        @Parameters(paramLabel = "VERSION")
        private String version = "";

        @Override
        String route() {
            return path(version) + ":retire";
        }
    }
}
