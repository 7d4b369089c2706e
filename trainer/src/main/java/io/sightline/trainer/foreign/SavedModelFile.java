package io.sightline.trainer.foreign;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sightline.schemas.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * {@code saved_model.pb}, and what is looked for in it.
 *
 * @param file for messages
 * @param fingerprint the beginning of its SHA-256
 * @param graph the one that is to be served
 */
record SavedModelFile(Path file, String fingerprint, MetaGraphDef graph) {

    private static final String SERVE = "serve";
    private static final String USUAL = "serving_default";
    /** As initialisers of tables and variables are listed beside the signatures. */
    private static final String INTERNAL = "__saved_model";

    private static final int FINGERPRINT_LENGTH = 12;
    private static final int FEATURES_RANK = 2;

    static SavedModelFile read(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            String fingerprint = Sha256.hex(bytes).substring(0, FINGERPRINT_LENGTH);
            List<MetaGraphDef> graphs = SavedModel.parseFrom(bytes).getMetaGraphsList();
            MetaGraphDef served = graphs.stream()
                    .filter(graph -> graphs.size() == 1
                            || graph.getMetaInfoDef().getTagsList().equals(List.of(SERVE)))
                    .findFirst()
                    .orElseThrow(() -> new ForeignModelException(
                            file,
                            "none of its " + graphs.size() + " graphs is tagged '" + SERVE + "' alone: export one"));
            return new SavedModelFile(file, fingerprint, served);
        } catch (InvalidProtocolBufferException e) {
            throw new ForeignModelException(
                    file, "it is no SavedModel, or was cut off (" + e.getMessage() + "): fetch it again", e);
        } catch (IOException e) {
            throw new ForeignModelException(file, "it cannot be read (" + e + ")", e);
        }
    }

    GraphDef nodes() {
        return graph.getGraphDef();
    }

    /** The signature for serving, or the only one. */
    private SignatureDef signature() {
        Map<String, SignatureDef> all = graph.getSignatureDefMap().entrySet().stream()
                .filter(one -> !one.getKey().startsWith(INTERNAL))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        SignatureDef usual = all.get(USUAL);
        if (usual != null) {
            return usual;
        }
        if (all.size() != 1) {
            throw new ForeignModelException(
                    file,
                    "it has " + all.size() + " signatures " + new TreeSet<>(all.keySet()) + " and none called '" + USUAL
                            + "': export it with that one");
        }
        return all.values().iterator().next();
    }

    /**
     * What takes the images.
     *
     * @throws ForeignModelException if there is not exactly one, or it takes no batches of images
     */
    TensorInfo input() {
        Map<String, TensorInfo> inputs = signature().getInputsMap();
        if (inputs.size() != 1) {
            throw new ForeignModelException(
                    file,
                    "its signature takes " + new TreeSet<>(inputs.keySet())
                            + ", but images alone can be given: export one with a single input");
        }
        return inputs.values().iterator().next();
    }

    /**
     * What gives the features: the only output, or the only one that is [N, F] float32.
     *
     * @throws ForeignModelException if there is not exactly one
     */
    TensorInfo output() {
        Map<String, TensorInfo> outputs = signature().getOutputsMap();
        if (outputs.size() == 1) {
            return outputs.values().iterator().next();
        }
        List<TensorInfo> features = outputs.values().stream()
                .filter(output -> output.getDtype() == DataType.DT_FLOAT
                        && output.getTensorShape().getDimCount() == FEATURES_RANK)
                .toList();
        if (features.size() != 1) {
            throw new ForeignModelException(
                    file,
                    features.size() + " of its signature's outputs " + new TreeSet<>(outputs.keySet())
                            + " are features, [N, F] float32: export one with a single output");
        }
        return features.getFirst();
    }
}
