package io.sightline.embedder.erasure;

import io.sightline.schemas.avro.Erasure;
import java.util.List;
import java.util.Map;

/** A place of this process that may hold images. Used by one thread. */
public interface Holder {

    /** Kind of store, for instance {@code index/v3}; without spaces. */
    String place();

    /** Which one of several, see {@link HolderIds}; without spaces. */
    String id();

    /**
     * Whether what it holds outlives the process. What does not must have begun empty, behind {@link Erasures#open}, and
     * must take in nothing that was erased by then.
     */
    boolean isLasting();

    /**
     * Erases what it can, and verifies. Called again and again with those that are left.
     *
     * @param pending of which it has not been said yet that nothing is held here
     * @return those of which nothing is held any more, and nothing will come any more, each with what was seen
     * @throws RuntimeException if that cannot be found out now; it is tried again
     */
    Map<Erasure, String> erase(List<Erasure> pending);
}
