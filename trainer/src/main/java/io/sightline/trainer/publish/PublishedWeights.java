package io.sightline.trainer.publish;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.trainer.nets.HostTensor;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** The weights of a published network, read back from the constants of its graph, which are called as the weights are. */
public final class PublishedWeights {

    private static final String GRAPH = "saved_model.pb";

    private PublishedWeights() {}

    /**
     * Reads all constants of numbers, weights among them.
     *
     * @return by name, in TensorFlow's layout
     * @throws ArtifactException if the graph cannot be read
     */
    public static Map<String, HostTensor> read(ModelArtifact artifact) {
        Path file = artifact.directory().resolve(GRAPH);
        Map<String, HostTensor> constants = new TreeMap<>();
        try {
            for (MetaGraphDef graph :
                    SavedModel.parseFrom(Files.readAllBytes(file)).getMetaGraphsList()) {
                for (NodeDef node : graph.getGraphDef().getNodeList()) {
                    TensorProto value = node.getAttrOrDefault(
                                    "value", org.tensorflow.proto.AttrValue.getDefaultInstance())
                            .getTensor();
                    if (node.getOp().equals("Const") && value.getDtype() == DataType.DT_FLOAT) {
                        constants.put(node.getName(), tensor(value));
                    }
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new ArtifactException(file + " is no graph: " + e.getMessage() + "; publish again", e);
        } catch (IOException e) {
            throw new ArtifactException(file + " cannot be read: " + e, e);
        }
        return constants;
    }

    /** As bytes, or as a list whose last entry stands for all that follow. */
    private static HostTensor tensor(TensorProto value) {
        long[] shape = value.getTensorShape().getDimList().stream()
                .mapToLong(TensorShapeProto.Dim::getSize)
                .toArray();
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        if (!value.getTensorContent().isEmpty()) {
            FloatBuffer content = value.getTensorContent()
                    .asReadOnlyByteBuffer()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            content.get(values);
        } else {
            int listed = value.getFloatValCount();
            for (int i = 0; i < values.length && listed > 0; i++) {
                values[i] = value.getFloatVal(Math.min(i, listed - 1));
            }
        }
        return new HostTensor(shape, values);
    }
}
