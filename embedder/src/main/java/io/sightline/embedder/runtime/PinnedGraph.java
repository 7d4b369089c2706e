package io.sightline.embedder.runtime;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ArtifactUnavailableException;
import io.sightline.embedder.artifact.ModelArtifact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;

/**
 * Where an artifact's graph is loaded from: the artifact itself or, for one certain GPU, a copy in a temporary folder
 * whose nodes name it. Needed while it is loaded only; closing removes the copy. Not thread-safe.
 *
 * <p>Unverified on a GPU.
 */
final class PinnedGraph implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PinnedGraph.class);

    private final Path folder;
    private final Optional<Path> copy;

    private PinnedGraph(Path folder, Optional<Path> copy) {
        this.folder = folder;
        this.copy = copy;
    }

    /**
     * Writes the copy if there must be one.
     *
     * @throws ArtifactUnavailableException if the graph cannot be read now, or the copy not be written
     * @throws ArtifactException if there is no graph
     */
    static PinnedGraph of(ModelArtifact artifact, ComputeDevice device) {
        if (!(device instanceof ComputeDevice.Gpu gpu)) {
            return new PinnedGraph(artifact.directory(), Optional.empty());
        }
        byte[] pinned =
                pin(GraphPolicy.read(artifact), "/device:GPU:" + gpu.number()).toByteArray();
        try {
            Path folder = Files.createTempDirectory("sightline-graph-");
            Path copy = folder.resolve(GraphPolicy.GRAPH);
            PinnedGraph graph = new PinnedGraph(folder, Optional.of(copy));
            try {
                Files.write(copy, pinned);
                return graph;
            } catch (IOException e) {
                graph.close();
                throw e;
            }
        } catch (IOException e) {
            throw new ArtifactUnavailableException(
                    "cannot write the graph of " + artifact.descriptor().version() + " for " + gpu
                            + " into a temporary folder: " + e + "; make room there",
                    e);
        }
    }

    /** Holds the saved model. */
    Path folder() {
        return folder;
    }

    @Override
    public void close() {
        if (copy.isEmpty()) {
            return;
        }
        try {
            Files.deleteIfExists(copy.get());
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            LOG.warn("the temporary graph in {} cannot be removed, remove it by hand: {}", folder, e.toString());
        }
    }

    static SavedModel pin(SavedModel model, String device) {
        SavedModel.Builder pinned = model.toBuilder();
        for (MetaGraphDef.Builder meta : pinned.getMetaGraphsBuilderList()) {
            GraphDef.Builder graph = meta.getGraphDefBuilder();
            graph.getNodeBuilderList().forEach(node -> node.setDevice(device));
            for (FunctionDef.Builder function : graph.getLibraryBuilder().getFunctionBuilderList()) {
                for (NodeDef.Builder node : function.getNodeDefBuilderList()) {
                    node.setDevice(device);
                }
            }
        }
        return pinned.build();
    }
}
