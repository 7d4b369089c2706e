package io.sightline.embedder.runtime;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ModelArtifact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;

/**
 * What a model's graph may do: arithmetic on tensors and nothing else. A graph is a program that runs with the rights of
 * this process; ops that read or write files, open connections, call Python or keep state are refused before anything
 * is loaded, as is every op that is not known to be harmless.
 */
public final class GraphPolicy {

    static final String GRAPH = "saved_model.pb";

    private static final Set<String> ALLOWED = ops("""
            Const Placeholder PlaceholderWithDefault Identity IdentityN NoOp StopGradient PreventGradient Snapshot
            PartitionedCall StatefulPartitionedCall
            Cast Bitcast Shape ShapeN Size Rank Reshape ExpandDims Squeeze Transpose ConcatV2 ConcatOffset Pack Unpack Slice
            StridedSlice Split SplitV Tile Fill Range LinSpace ZerosLike OnesLike BroadcastTo BroadcastArgs Pad PadV2
            MirrorPad GatherV2 GatherNd OneHot Where Select SelectV2 Reverse ReverseV2 SpaceToBatchND BatchToSpaceND
            SpaceToDepth DepthToSpace InvertPermutation
            Add AddV2 AddN Sub Mul MulNoNan Div RealDiv FloorDiv TruncateDiv DivNoNan FloorMod Mod Maximum Minimum Neg Abs
            Sign Reciprocal Inv Sqrt Rsqrt Square SquaredDifference Pow Exp Expm1 Log Log1p Erf Erfc Sin Cos Tanh Sigmoid
            Floor Ceil Round Rint ClipByValue IsNan IsInf IsFinite
            Equal NotEqual Less LessEqual Greater GreaterEqual LogicalAnd LogicalOr LogicalNot
            Sum Mean Prod Max Min All Any ArgMax ArgMin Cumsum TopKV2
            MatMul BatchMatMul BatchMatMulV2 BatchMatMulV3 Einsum L2Loss
            Conv2D DepthwiseConv2dNative BiasAdd FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 LRN
            MaxPool MaxPoolV2 AvgPool Relu Relu6 LeakyRelu Elu Selu Softplus Softsign Softmax LogSoftmax
            ResizeBilinear ResizeNearestNeighbor ResizeBicubic ResizeArea ScaleAndTranslate
            """);

    private GraphPolicy() {}

    /** Those of some ops that a model may not have, in order. */
    public static Set<String> refused(Collection<String> ops) {
        Set<String> refused = new TreeSet<>(ops);
        refused.removeAll(ALLOWED);
        return refused;
    }

    /**
     * Reads the graph without loading it.
     *
     * @throws ArtifactException naming the ops that are not allowed, or what else is not
     */
    static void requireHarmless(ModelArtifact artifact) {
        Path file = file(artifact);
        Set<String> refused = new TreeSet<>();
        for (MetaGraphDef graph : read(artifact).getMetaGraphsList()) {
            if (graph.getAssetFileDefCount() > 0) {
                throw new ArtifactException(file + " refers to " + graph.getAssetFileDefCount()
                        + " asset files; a model here is its graph alone, with the weights as constants");
            }
            collect(graph.getGraphDef().getNodeList(), refused);
            for (FunctionDef function : graph.getGraphDef().getLibrary().getFunctionList()) {
                collect(function.getNodeDefList(), refused);
            }
        }
        if (!refused.isEmpty()) {
            throw new ArtifactException(file + " has ops that a model may not have: " + String.join(", ", refused)
                    + ". Only arithmetic on tensors is allowed, nothing that touches files, the network, Python or state;"
                    + " export the graph with its weights as constants");
        }
    }

    /**
     * The graph with all that belongs to it.
     *
     * @throws ArtifactException if it cannot be read
     */
    static SavedModel read(ModelArtifact artifact) {
        Path file = file(artifact);
        try {
            return SavedModel.parseFrom(Files.readAllBytes(file));
        } catch (InvalidProtocolBufferException e) {
            throw new ArtifactException(file + " is no graph: " + e.getMessage() + "; publish again", e);
        } catch (IOException e) {
            throw ArtifactException.unreadable("the graph " + file, e);
        }
    }

    private static Path file(ModelArtifact artifact) {
        return artifact.directory().resolve(GRAPH);
    }

    private static void collect(Collection<NodeDef> nodes, Set<String> refused) {
        refused.addAll(refused(nodes.stream().map(NodeDef::getOp).toList()));
    }

    private static Set<String> ops(String names) {
        return Set.copyOf(Arrays.asList(names.strip().split("\\s+")));
    }
}
