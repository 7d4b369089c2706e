package io.sightline.deploy.cli;

import io.sightline.trainer.nets.BackboneNet;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A pretrained backbone in place of the small network that a benchmark has. */
final class BenchBackboneOptions {

    @Option(
            names = "--backbone",
            paramLabel = "FILE",
            description = "Measure with a pretrained backbone in place of the small network.")
    private @Nullable Path file;

    @Option(names = "--image-size", description = "Side of its input in pixels (default: what is usual).")
    private @Nullable Integer imageSize;

    @Mixin
    private BackboneFileOptions format = new BackboneFileOptions();

    boolean isGiven() {
        return file != null;
    }

    /** The network, null without a file. */
    @Nullable
    BackboneNet openIfGiven(int dimensions) {
        return file == null ? null : format.of(file).open(imageSize, dimensions);
    }
}
