package io.sightline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.cli.SightlineCommand;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Stack;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.LabelPolicy;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.Backbones;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.nets.Weight;
import io.sightline.trainer.publish.PublishedNet;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.FineTuning;
import io.sightline.trainer.training.SeeTrainer;
import io.sightline.trainer.training.TrainingSettings;
import io.sightline.trainer.weights.Layout;
import io.sightline.trainer.weights.PretrainedWeights;
import io.sightline.trainer.weights.Safetensors;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pretrained backbone on its whole way: imported, trained on a stream, evaluated, exported. */
class BackboneIT {

    private static final String ARCHITECTURE = "resnet-1-1-w8";
    private static final int IMAGES = 60;

    @TempDir
    Path directory;

    @Test
    void shouldGoOnFromAnImportedVersion() throws Exception {
        Path weights = weights();
        Path data = directory.resolve("data");
        assertThat(Commands.run(
                        "models",
                        "import",
                        weights.toString(),
                        "--image-size",
                        "32",
                        "--embedding",
                        "16",
                        "--dir",
                        data.toString()))
                .contains("published v1", ARCHITECTURE);
        BackboneNet net = (BackboneNet) PublishedNet.of(ModelArtifact.open(artifact(data)));
        assertThat(net.describe()).isEqualTo(ARCHITECTURE + " on 32 x 32, imagenet, d = 16");

        try (Stack stack = Stack.start(settings(data, net), what -> {});
                SearchClient client = new SearchClient(stack.searchUrl());
                BulkLoader loader = new BulkLoader(URI.create(stack.ingestUrl()), 4)) {
            loader.load(Drawings.of(6, IMAGES / 6), LabelPolicy.ALL, () -> {});
            Waits.until(
                    "a version that goes on from the imported one",
                    Waits.ROUNDS,
                    client,
                    () -> status(client, "v2").equals("ACTIVE"));

            JsonNode first = client.get("/v1/models/v1");
            assertThat(first.path("history").path(0).path("reason").asText())
                    .isEqualTo("imported from weights.safetensors");
            assertThat(client.get("/v1/models/v2").path("parent").asText()).isEqualTo("v1");
            Path exported = directory.resolve("v1.safetensors");
            Commands.run("models", "export", "v1", "--out", exported.toString(), "--url", stack.searchUrl());
            // But for what the file says of itself, bit for bit what was imported.
            assertThat(tensors(exported, net)).isEqualTo(tensors(weights, net));
            Path savedModel = directory.resolve("v1");
            Commands.run(
                    "models",
                    "export",
                    "v1",
                    "--format",
                    "savedmodel",
                    "--out",
                    savedModel.toString(),
                    "--url",
                    stack.searchUrl());
            assertThat(savedModel.resolve("saved_model.pb")).isNotEmptyFile();
            assertThat(Commands.run("evaluate", drawings().toString(), "--version", "v2", "--url", stack.searchUrl()))
                    .contains("v2 (" + net.describe() + ") on drawings: 24 images", "R@1", "MAP@R");
        }
    }

    @Test
    void shouldPublishNothingOfAFileThatDoesNotFit() throws Exception {
        Path weights = weights();
        Path data = directory.resolve("data");
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int exit = SightlineCommand.execute(
                new java.io.PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new java.io.PrintWriter(errors, true, StandardCharsets.UTF_8),
                "models",
                "import",
                weights.toString(),
                "--arch",
                "resnet-1-2-w8",
                "--dir",
                data.toString());

        assertThat(exit).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .contains(weights.toString(), "missing: 'layer2.1.conv1.weight'");
        assertThat(data).doesNotExist();
    }

    @Test
    void shouldTrainAsPublishedOnABenchmarkOfTheField() throws Exception {
        Path birds = birds();
        Path out = directory.resolve("run");
        String printed = Commands.run(
                "train",
                "--preset=see-cub",
                "--data=" + birds,
                "--backbone=" + weights(),
                "--out=" + out,
                "--image-size=32",
                "--dimensions=16",
                "--batch-classes=2",
                "--micro-batch=3",
                "--head-steps=1",
                "--round-steps=3");

        assertThat(printed)
                .contains(
                        "weights; some",
                        "of 3 images at a time",
                        ARCHITECTURE + " on 32 x 32 (centre of 37), imagenet, d = 16");
        assertThat(Commands.run(
                        "evaluate",
                        birds.toString(),
                        "--version",
                        out.resolve("models/v1").toString()))
                .contains("on CUB-200-2011: 12 images", "R@1    R@2    R@4    R@8   MAP@R");
        Path exported = directory.resolve("tuned.safetensors");
        Commands.run("models", "export", out.resolve("models/v1").toString(), "--out", exported.toString());
        assertThat(Safetensors.open(exported).names()).contains("layer1.0.conv1.weight");
    }

    /** A tree as CUB-200-2011 has it, of two classes to train on and two to measure on. */
    private Path birds() throws Exception {
        Path root = directory.resolve("CUB_200_2011");
        List<String> images = new java.util.ArrayList<>();
        List<String> classes = new java.util.ArrayList<>();
        for (var drawing : Drawings.of(4, 6)) {
            int number = images.size() / 6 + (images.size() < 12 ? 1 : 199 - 2);
            String path = String.format(java.util.Locale.ROOT, "%03d.Bird/%d.png", number, images.size());
            Path file = root.resolve("images").resolve(path);
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.write(file, drawing.content().read());
            classes.add((images.size() + 1) + " " + number);
            images.add((images.size() + 1) + " " + path);
        }
        Files.write(root.resolve("images.txt"), images);
        Files.write(root.resolve("image_class_labels.txt"), classes);
        return root;
    }

    private static StackSettings settings(Path data, BackboneNet net) {
        StackSettings quick = Stacks.quick(data);
        TrainingSettings training = TrainingSettings.defaults(Augmentation.PHOTO, 1)
                .with(draft -> {
                    draft.classesPerBatch = 4;
                    draft.imagesPerClass = 2;
                    draft.fineTuning = new FineTuning(1, 1, 0, FineTuning.BatchNorm.FROZEN);
                });
        return new StackSettings(
                data, quick.ports(), quick.payloads(), quick.lanes(), net, training, quick.rounds(), quick.rollout());
    }

    private Path weights() {
        BackboneNet net = new BackboneNet(
                Backbones.named(ARCHITECTURE), Normalisation.IMAGENET, new Preprocessing(32, 3, false), 16, Map.of());
        try (SeeTrainer trainer = SeeTrainer.create(net, TrainingSettings.defaults(Augmentation.PHOTO, 7))) {
            Path file = directory.resolve("weights.safetensors");
            List<Weight> ofBackbone = net.weights().stream()
                    .filter(weight -> net.isBackbone(weight.name()))
                    .toList();
            PretrainedWeights.write(
                    file, Layout.PYTORCH, Map.of("architecture", ARCHITECTURE), ofBackbone, trainer.weights());
            return file;
        }
    }

    private static Map<String, List<Float>> tensors(Path file, BackboneNet net) {
        List<Weight> wanted = net.weights();
        Map<String, HostTensor> tensors = PretrainedWeights.read(Safetensors.open(file), Layout.PYTORCH, wanted)
                .tensors();
        Map<String, List<Float>> values = new java.util.TreeMap<>();
        tensors.forEach((name, tensor) -> {
            List<Float> all = new java.util.ArrayList<>();
            for (float value : tensor.values()) {
                all.add(value);
            }
            values.put(name, all);
        });
        assertThat(values).hasSizeGreaterThan(20);
        return values;
    }

    private Path drawings() throws Exception {
        Path folder = directory.resolve("drawings");
        for (var image : Drawings.of(4, 6)) {
            Path file = folder.resolve(Objects.requireNonNull(image.label()))
                    .resolve(image.id().replace('/', '-') + ".png");
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.write(file, image.content().read());
        }
        return folder;
    }

    private static Path artifact(Path data) throws Exception {
        try (Stream<Path> versions = Files.list(DataDirectory.models(data))) {
            return versions.filter(folder -> folder.getFileName().toString().startsWith("v1-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String status(SearchClient client, String version) throws Exception {
        for (JsonNode model : client.get("/v1/models")) {
            if (model.path("version").asText().equals(version)) {
                return model.path("status").asText();
            }
        }
        return "";
    }
}
