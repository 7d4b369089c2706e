package io.sightline.trainer.foreign;

import io.sightline.embedder.runtime.GraphPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;

/**
 * A SavedModel that others exported, as a graph that can be built anew: its signature {@code serving_default}, or its only
 * one, from a batch of images to features, with its functions inlined and its variables taken out. What it is built of is
 * what its signature does when served: a signature that drops out at random, or takes the statistics of its batch, keeps
 * doing so. Immutable.
 */
public final class ForeignModel {

    private static final String FILE = "saved_model.pb";
    private static final int CHANNELS = 3;
    private static final int RANK = 4;
    private static final int CHANNEL_DIMENSION = 3;
    private static final Pattern STATISTIC = Pattern.compile("(.*/)?moving_(mean|variance)");

    private final SavedModelFile file;
    private final FlatGraph graph;
    private final DataType imageType;
    private final Shape imageShape;
    private final List<ForeignVariable> variables;
    private final int features;

    private ForeignModel(SavedModelFile file, RegisteredOps ops) {
        this.file = file;
        TensorInfo input = file.input();
        this.imageType = input.getDtype();
        this.imageShape = imageShape(file.file(), input);
        this.graph = FlatGraph.of(file, ops);
        try (GradientCheck check = new GradientCheck(file.file(), ops, graph, imageType, imageShape)) {
            Set<String> reached = check.reached();
            requireHarmless(file.file(), graph);
            this.features = features(file.file(), check.output());
            this.variables = variables(reached, SavedVariables.of(file, ops));
        }
    }

    /** Before anything of it is run: as for a version, which it is to become. */
    private static void requireHarmless(Path file, FlatGraph graph) {
        Set<String> refused =
                GraphPolicy.refused(graph.nodes().stream().map(FlatNode::op).toList());
        if (!refused.isEmpty()) {
            throw new ForeignModelException(
                    file,
                    "it has ops that a version may not have: " + String.join(", ", refused)
                            + ". Only arithmetic on tensors is allowed; export the part that is no more than that");
        }
    }

    /**
     * Reads a SavedModel, and tries whether gradients go through it.
     *
     * @param directory with {@code saved_model.pb} in it
     * @throws ForeignModelException if it is broken, takes or gives something else, or cannot be fine-tuned, naming all ops
     *     that are in the way
     */
    public static ForeignModel open(Path directory) {
        RegisteredOps ops = new RegisteredOps();
        Path file = directory.resolve(FILE);
        try {
            return new ForeignModel(SavedModelFile.read(file), ops);
        } catch (IndexOutOfBoundsException | NoSuchElementException | IllegalArgumentException e) {
            throw new ForeignModelException(
                    file, "what its nodes take and what others give do not go together: export it again", e);
        }
    }

    /** The folder of the SavedModel that a path means, itself or its graph's file; empty if it means none. */
    public static Optional<Path> find(Path path) {
        if (path.endsWith(FILE)) {
            return Optional.of(path.resolveSibling(""));
        }
        return Files.isRegularFile(path.resolve(FILE)) ? Optional.of(path) : Optional.empty();
    }

    /** Prefix of the checkpoint that has the values of a SavedModel's variables. */
    public static Path checkpoint(Path directory) {
        return directory.resolve("variables").resolve("variables");
    }

    /** Tells graphs apart: two with the same fingerprint have the same variables. */
    public String fingerprint() {
        return file.fingerprint();
    }

    /** Whether it takes uint8 pixels as they are; else it takes float32. */
    public boolean takesPixels() {
        return imageType == DataType.DT_UINT8;
    }

    /** Side of the images that it takes, in pixels; empty if it takes any. */
    public OptionalInt side() {
        return imageShape.get(1) < 0 ? OptionalInt.empty() : OptionalInt.of((int) imageShape.get(1));
    }

    /** F, length of its features. */
    public int features() {
        return features;
    }

    /** Its variables, in the order in which they are read. */
    public List<ForeignVariable> variables() {
        return variables;
    }

    /**
     * Adds it to a graph.
     *
     * @param image [N, side, side, 3], uint8 or float32 as it takes them
     * @param weights values of its variables, each asked for once
     * @return [N, F] float32
     */
    public Operand<TFloat32> build(Ops tf, Operand<?> image, Function<ForeignVariable, Operand<TFloat32>> weights) {
        Map<String, Output<?>> values = new HashMap<>();
        variables.forEach(
                variable -> values.put(variable.name(), weights.apply(variable).asOutput()));
        Map<TensorName, Output<?>> given = new HashMap<>();
        given.put(graph.image(), image.asOutput());
        graph.variables().forEach((tensor, variable) -> given.put(tensor, values.get(variable.variable())));
        Rebuilt rebuilt = new Rebuilt(file.file(), tf, given);
        graph.nodes().forEach(rebuilt::add);
        return rebuilt.output(graph.output()).expect(TFloat32.class);
    }

    private List<ForeignVariable> variables(Set<String> reached, SavedVariables saved) {
        Map<String, FlatNode> byName = new LinkedHashMap<>();
        graph.variables().values().forEach(variable -> byName.putIfAbsent(variable.variable(), variable));
        Set<String> trained = new HashSet<>(reached);
        trained.retainAll(saved.trainable());
        if (trained.isEmpty()) {
            // Nothing is said, or that nothing was to be trained, as of models that were exported to be used as they
            // are.
            trained.addAll(reached);
        }
        trained.removeIf(name -> STATISTIC.matcher(name).matches());
        return byName.entrySet().stream()
                .map(one -> new ForeignVariable(
                        one.getKey(),
                        saved.key(one.getKey()),
                        GradientCheck.shape(one.getValue()),
                        trained.contains(one.getKey())))
                .toList();
    }

    private static Shape imageShape(Path file, TensorInfo input) {
        TensorShapeProto shape = input.getTensorShape();
        boolean isType = input.getDtype() == DataType.DT_UINT8 || input.getDtype() == DataType.DT_FLOAT;
        long[] sides = shape.getUnknownRank() || shape.getDimCount() == 0
                ? new long[] {-1, -1, -1, -1}
                : shape.getDimList().stream()
                        .mapToLong(TensorShapeProto.Dim::getSize)
                        .toArray();
        boolean isBatch = sides.length == RANK
                && sides[0] < 0
                && sides[1] == sides[2]
                && (sides[CHANNEL_DIMENSION] < 0 || sides[CHANNEL_DIMENSION] == CHANNELS);
        if (!isType || !isBatch || input.getName().isEmpty()) {
            throw new ForeignModelException(
                    file,
                    "its signature takes " + input.getDtype() + " " + Arrays.toString(sides)
                            + ", not a batch of any number of square images in colours, [N, side, side, 3] of DT_UINT8"
                            + " or DT_FLOAT: export one that does");
        }
        sides[CHANNEL_DIMENSION] = CHANNELS;
        return Shape.of(sides);
    }

    private static int features(Path file, Output<?> output) {
        Shape shape = output.shape();
        boolean isFeatures = output.dataType() == DataType.DT_FLOAT && shape.numDimensions() == 2 && shape.get(1) > 0;
        if (!isFeatures) {
            throw new ForeignModelException(
                    file,
                    "its output is " + output.dataType() + " " + shape
                            + ", not features, [N, F] of DT_FLOAT with a known F: export a signature that ends there");
        }
        return (int) shape.get(1);
    }
}
