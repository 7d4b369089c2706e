package io.sightline.indexer.rollout.gates;

/** Compares a staged version with the one that answers. */
interface Gate {

    /**
     * Looks once.
     *
     * @throws io.sightline.indexer.store.StoreException if an index cannot be read; nothing follows from that
     */
    GateResult look(GateContext context) throws InterruptedException;
}
