package io.sightline.indexer.rollout.gates;

/** Compares a staged version with the one that answers. */
interface Gate {

    /**
     * Looks once.
     *
     * @param stop looked at between any two images
     * @throws java.util.concurrent.CancellationException when that is raised
     * @throws io.sightline.embedder.artifact.ArtifactUnavailableException if the staged version's artifact cannot be read
     *     now; nothing follows from that
     * @throws io.sightline.embedder.artifact.ArtifactException if it is wrong: the version must not answer
     * @throws io.sightline.indexer.store.StoreException if an index cannot be read; nothing follows from that
     */
    GateResult look(GateContext context, StopSign stop) throws InterruptedException;
}
