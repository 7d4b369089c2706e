package io.sightline.deploy.cli;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.trainer.nets.Backbone;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.MobileNetV1;
import io.sightline.trainer.nets.Weight;
import io.sightline.trainer.publish.PublishedNet;
import io.sightline.trainer.weights.Layout;
import io.sightline.trainer.weights.PretrainedWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sightline models export}. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Writes a version for others to use: its TensorFlow SavedModel, or the weights of its backbone as .safetensors"
                    + " under torchvision's or timm's names."
        })
final class ModelsExportCommand implements Callable<Integer> {

    @Parameters(paramLabel = "VERSION", description = "One that the search API knows, or the folder of one.")
    private String version = "";

    @Option(names = "--format", description = "One of: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Format format = Format.SAFETENSORS;

    @Option(names = "--out", required = true, paramLabel = "PATH", description = "File, or folder of the SavedModel.")
    private Path out = Path.of(".");

    @Option(
            names = "--layout",
            description =
                    "How kernels are laid out: ${COMPLETION-CANDIDATES} (default: as the architecture is published).")
    private @Nullable Layout layout;

    @Option(
            names = "--with-head",
            description =
                    "The layer behind the backbone too, as embedding.kernel and embedding.bias, which others do not"
                            + " know.")
    private boolean withHead;

    @Mixin
    private SearchOptions search = new SearchOptions();

    enum Format {
        SAVEDMODEL,
        SAFETENSORS
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ModelArtifact artifact = search.artifact(version);
        if (Files.exists(out)) {
            throw new IllegalArgumentException(out + " exists already: name another one with --out");
        }
        switch (format) {
            case SAVEDMODEL -> copy(artifact);
            case SAFETENSORS -> writeWeights(artifact);
        }
        System.out.println(version + " (" + artifact.descriptor().network() + ") written to " + out);
        return 0;
    }

    private void copy(ModelArtifact artifact) throws IOException {
        try (Stream<Path> files = Files.walk(artifact.directory())) {
            for (Path file : files.toList()) {
                Path target = out.resolve(artifact.directory().relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private void writeWeights(ModelArtifact artifact) {
        if (!(PublishedNet.find(artifact) instanceof BackboneNet net)) {
            throw new IllegalArgumentException(
                    version + " is '" + artifact.descriptor().network()
                            + "', which has no backbone that other frameworks know: use --format savedmodel");
        }
        List<Weight> wanted = net.weights().stream()
                .filter(weight -> net.isBackbone(weight.name()) || withHead)
                .toList();
        Layout ordered = layout == null ? usualLayout(net.backbone()) : layout;
        Map<String, String> notes = Map.of(
                "architecture",
                net.backbone().name(),
                "sightline",
                artifact.descriptor().network());
        PretrainedWeights.write(out, ordered, notes, wanted, net.pretrained());
    }

    private static Layout usualLayout(Backbone backbone) {
        return backbone instanceof MobileNetV1 ? Layout.TENSORFLOW : Layout.PYTORCH;
    }
}
