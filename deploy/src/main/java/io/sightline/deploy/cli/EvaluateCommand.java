package io.sightline.deploy.cli;

import io.sightline.deploy.bench.BenchBar;
import io.sightline.deploy.train.DecodedSet;
import io.sightline.deploy.train.TestImages;
import io.sightline.trainer.evaluation.RetrievalMetrics;
import io.sightline.trainer.nets.HeadlessNet;
import io.sightline.trainer.publish.ServingGraph;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sightline evaluate}. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        description = {
            "Recall@K and MAP@R of a pretrained backbone, as it is, on the test classes of a data set.",
            "Every test image asks for all others; where the data set has its queries apart from its gallery, the ones"
                    + " ask for the others."
        })
final class EvaluateCommand implements Callable<Integer> {

    private static final List<Integer> KS = List.of(1, 2, 4, 8);

    @Parameters(
            paramLabel = "DATA",
            description = "Folder, zip or manifest; classes below test/ are measured on, all where there are none.")
    private Path data = Path.of(".");

    @Option(names = "--image-size", description = "Side of the network's input in pixels (default: what is usual).")
    private @Nullable Integer imageSize;

    @Mixin
    private CropOption crop = new CropOption();

    @Mixin
    private BackboneOptions backbone = new BackboneOptions();

    @Override
    public Integer call() throws IOException {
        HeadlessNet features = backbone.openHeadless(imageSize, crop.crop());
        try (ServingGraph network = new ServingGraph(features, features.pretrained())) {
            TestImages test = decode(features);
            RetrievalMetrics metrics = test.measure(network::embed);
            System.out.printf(
                    "%s: %d images%s%n",
                    features.describe(),
                    test.images().size(),
                    test.queries().isEmpty()
                            ? ""
                            : ", of which " + test.queries().size() + " ask for the other "
                                    + test.gallery().size());
            System.out.printf("%6s %6s %6s %6s %7s%n", "R@1", "R@2", "R@4", "R@8", "MAP@R");
            KS.forEach(k -> System.out.printf(Locale.ROOT, "%6.2f ", 100 * metrics.recallAt(k)));
            System.out.printf(Locale.ROOT, "%7.2f%n", 100 * metrics.mapAtR());
        }
        return 0;
    }

    private TestImages decode(HeadlessNet net) throws IOException {
        try (ProgressBar bar = BenchBar.of("decoding", 0, "images")) {
            DecodedSet set = DecodedSet.open(data, net.preprocessing(), (done, all) -> {
                bar.maxHint(all);
                bar.stepTo(done);
            });
            set.refused().forEach(one -> System.err.println("  refused  " + one));
            TestImages test = set.test().images().isEmpty() ? TestImages.all(set.training()) : set.test();
            if (test.gallery().isEmpty()) {
                throw new IOException(
                        data + " has no image that could be found: none could be decoded, or all of them only"
                                + " ask (role=query)");
            }
            return test;
        }
    }
}
