package io.sightline.trainer.nets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.GoldenData;
import io.sightline.trainer.weights.Layout;
import io.sightline.trainer.weights.PretrainedWeights;
import io.sightline.trainer.weights.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Pretrained files with features that were computed elsewhere. */
public enum GoldenBackbone {
    MOBILENET("mobilenet_v1_050"),
    RESNET("tiny_resnet_bottleneck"),
    VIT("tiny_vit");

    private static final int CELLS = 8;

    private final String file;

    GoldenBackbone(String file) {
        this.file = file;
    }

    private Backbone backbone() {
        return switch (this) {
            case MOBILENET -> new MobileNetV1(0.5);
            case RESNET -> new ResNet("tiny_resnet", List.of(1, 2, 1, 1), 8);
            case VIT -> new VisionTransformer("tiny_vit", 16, 48, 3, 3, VisionTransformer.Pooling.TOKEN);
        };
    }

    private Normalisation normalisation() {
        return this == MOBILENET ? Normalisation.CENTRED : Normalisation.IMAGENET;
    }

    /**
     * Images and their features.
     *
     * @param pixels of each image, [side, side, 3] uint8
     */
    public record Case(int side, List<byte[]> pixels, double[][] features) {}

    public Path path() {
        return GoldenData.file("backbones/" + file + ".safetensors");
    }

    public Safetensors open() {
        return Safetensors.open(path());
    }

    public Layout layout() {
        return Layout.of(open().metadata()).orElseThrow();
    }

    /** The network with a head that starts at random. */
    public BackboneNet net(int side, int dimensions) {
        BackboneNet bare = bare(side, dimensions);
        return new BackboneNet(
                backbone(),
                normalisation(),
                bare.preprocessing(),
                dimensions,
                weights(bare.weights()).tensors());
    }

    public BackboneNet bare(int side, int dimensions) {
        return new BackboneNet(backbone(), normalisation(), new Preprocessing(side, 3, false), dimensions, Map.of());
    }

    private PretrainedWeights weights(List<Weight> wanted) {
        return PretrainedWeights.read(open(), layout(), wanted);
    }

    public List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (JsonNode one : read("backbones/" + file + ".golden.json").get("cases")) {
            int side = one.get("height").asInt();
            List<byte[]> images = new ArrayList<>();
            one.get("cells_8x8x3").forEach(cells -> images.add(enlarged(cells, side)));
            cases.add(new Case(side, images, GoldenData.matrix(one.get("features"))));
        }
        return cases;
    }

    private static JsonNode read(String name) {
        try {
            return new ObjectMapper().readTree(GoldenData.file(name).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] enlarged(JsonNode cells, int side) {
        byte[] pixels = new byte[side * side * 3];
        for (int i = 0; i < pixels.length; i++) {
            int x = i / 3 % side;
            int y = i / 3 / side;
            pixels[i] = (byte)
                    cells.get(y * CELLS / side).get(x * CELLS / side).get(i % 3).asInt();
        }
        return pixels;
    }
}
