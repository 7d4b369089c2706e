package io.sightline.indexer.projection;

/** Is told how far a projection is, on the thread that computes it. */
@FunctionalInterface
public interface ProjectionProgress {

    /**
     * So much is done.
     *
     * @param fraction 0 to 1
     * @return whether to go on; false ends the projection
     */
    boolean reached(double fraction);
}
