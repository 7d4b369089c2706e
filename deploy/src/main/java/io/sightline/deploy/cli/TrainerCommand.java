package io.sightline.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.client.SearchClient;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sightline trainer}. */
@Command(
        name = "trainer",
        mixinStandardHelpOptions = true,
        description = "Looks at the trainer.",
        subcommands = TrainerCommand.Status.class)
final class TrainerCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    private TrainerCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to look at: status");
    }

    /** {@code sightline trainer status}. */
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "What the trainer is doing, and the latest point of its curves. Exit status 1 if it failed.")
    static final class Status implements Callable<Integer> {

        @Option(names = "--url", description = "Address of the trainer (default: ${DEFAULT-VALUE}).")
        private String url = "http://127.0.0.1:19085";

        @Mixin
        private ApiAccessOptions access = new ApiAccessOptions();

        @Override
        public Integer call() throws IOException, InterruptedException {
            try (SearchClient client = new SearchClient(url, access.access())) {
                JsonNode status = client.get("/v1/trainer");
                String phase = status.path("phase").asText();
                String detail = status.path("detail").asText();
                System.out.println("phase     " + phase + (detail.isEmpty() ? "" : ": " + detail));
                System.out.printf(
                        Locale.ROOT,
                        "steps     %d, %.0f %% of the round%n",
                        status.path("steps").asLong(),
                        100 * status.path("roundProgress").asDouble());
                System.out.printf(
                        "store     %d classes, %d images%n",
                        status.path("classes").asInt(), status.path("images").asInt());
                JsonNode latest = status.path("latest");
                if (latest.isObject()) {
                    print("loss", latest.path("batchLoss"), "%.4f");
                    print("synthetic", latest.path("syntheticLoss"), "%.4f");
                    print("share", latest.path("syntheticShare"), "%.3f of the batch expanded");
                    print("cosine", latest.path("ownCosine"), "%.4f to the own proxy");
                    print("gradient", latest.path("gradientNorm"), "%.3f");
                    print("step", latest.path("stepMillis"), "%.1f ms");
                    print("sampling", latest.path("sampleMillis"), "%.1f ms of it");
                    print("images/s", latest.path("imagesPerSecond"), "%.0f");
                }
                return phase.equals("failed") ? 1 : 0;
            }
        }

        private static void print(String name, JsonNode value, String format) {
            System.out.printf(Locale.ROOT, "%-9s " + format + "%n", name, value.asDouble());
        }
    }
}
