package io.sightline.deploy.cli;

import io.sightline.deploy.bench.BenchBar;
import io.sightline.deploy.train.DecodedSet;
import io.sightline.deploy.train.TestImages;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.trainer.evaluation.RetrievalMetrics;
import io.sightline.trainer.nets.HeadlessNet;
import io.sightline.trainer.publish.ServingGraph;
import io.sightline.trainer.training.SeeTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sightline evaluate}. */
@Command(
        name = "evaluate",
        description = {
            "Recall@K, for the K that papers give of a data set, and MAP@R on its test classes: of a version, or of a"
                    + " pretrained backbone as it is.",
            "Every test image asks for all others; where the data set has its queries apart from its gallery, the ones"
                    + " ask for the others."
        })
final class EvaluateCommand implements Callable<Integer> {

    private static final int EMBEDDED_AT_ONCE = 64;

    /** --version means another thing here than with other commands. */
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    @SuppressWarnings("UnusedVariable") // picocli reads it.
    private boolean help;

    @Parameters(
            paramLabel = "DATA",
            description =
                    "Folder, zip or manifest, or the folder of CUB-200-2011, Cars-196, Stanford Online Products or"
                            + " In-Shop; classes below test/ are measured on, all where there are none.")
    private Path data = Path.of(".");

    @Option(
            names = "--version",
            paramLabel = "VERSION",
            description = "Of a version that the search API knows, or that lies in a folder.")
    private @Nullable String version;

    @Option(
            names = "--backbone",
            paramLabel = "FILE",
            description =
                    "Of a pretrained backbone as it is: a .safetensors file, the prefix of a TensorFlow checkpoint, or"
                            + " the folder of a SavedModel.")
    private @Nullable Path backbone;

    @Option(names = "--image-size", description = "Side of a backbone's input in pixels (default: what is usual).")
    private @Nullable Integer imageSize;

    @Mixin
    private CropOption crop = new CropOption();

    @Mixin
    private BackboneFileOptions format = new BackboneFileOptions();

    @Mixin
    private SearchOptions search = new SearchOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (version != null) {
            if (backbone != null || imageSize != null || crop.isGiven() || !format.isSilent()) {
                throw new IllegalArgumentException(
                        "a version has its own network and input: leave --backbone and what is"
                                + " said of one, --image-size and --crop out beside --version");
            }
            try (EmbeddingModel model = EmbeddingModel.load(search.artifact(version))) {
                measure(
                        version + " (" + model.descriptor().network() + ")",
                        model.descriptor().preprocessing(),
                        model::embed);
            }
            return 0;
        }
        if (backbone == null) {
            throw new IllegalArgumentException(
                    "say what to evaluate: a version with --version, or a pretrained backbone with --backbone");
        }
        HeadlessNet features = format.of(backbone).openHeadless(imageSize, crop.crop());
        try (ServingGraph network = new ServingGraph(features, features.pretrained())) {
            measure(features.describe(), features.preprocessing(), network::embed);
        }
        return 0;
    }

    private void measure(String what, Preprocessing input, SeeTrainer.Reference network) throws IOException {
        DecodedSet set = decode(input);
        TestImages test = set.test();
        RetrievalMetrics metrics;
        try (ProgressBar bar = BenchBar.of("embedding", test.images().size(), "images")) {
            metrics = test.measure(images -> embed(network, images, bar));
        }
        System.out.printf("%s on %s: %s%n", what, set.name(), sizes(test));
        System.out.println(header(set.recallAt()));
        System.out.println(row(set.recallAt(), metrics));
    }

    private static float[][] embed(SeeTrainer.Reference network, List<byte[]> images, ProgressBar bar) {
        float[][] vectors = new float[images.size()][];
        for (int from = 0; from < vectors.length; from += EMBEDDED_AT_ONCE) {
            float[][] some = network.embed(images.subList(from, Math.min(vectors.length, from + EMBEDDED_AT_ONCE)));
            System.arraycopy(some, 0, vectors, from, some.length);
            bar.stepBy(some.length);
        }
        return vectors;
    }

    private static String sizes(TestImages test) {
        int all = test.images().size();
        return test.queries().isEmpty()
                ? all + " images"
                : all + " images, of which " + test.queries().size() + " ask for the other "
                        + test.gallery().size();
    }

    private static String header(List<Integer> ks) {
        return ks.stream().map(k -> String.format(Locale.ROOT, "%7s", "R@" + k)).collect(Collectors.joining())
                + String.format(Locale.ROOT, "%8s", "MAP@R");
    }

    private static String row(List<Integer> ks, RetrievalMetrics metrics) {
        return ks.stream()
                        .map(k -> String.format(Locale.ROOT, "%7.2f", 100 * metrics.recallAt(k)))
                        .collect(Collectors.joining())
                + String.format(Locale.ROOT, "%8.2f", 100 * metrics.mapAtR());
    }

    private DecodedSet decode(Preprocessing input) throws IOException {
        try (ProgressBar bar = BenchBar.of("decoding", 0, "images")) {
            DecodedSet set = DecodedSet.openTest(data, input, (done, all) -> {
                bar.maxHint(all);
                bar.stepTo(done);
            });
            set.refused().forEach(one -> System.err.println("  refused  " + one));
            return set;
        }
    }
}
