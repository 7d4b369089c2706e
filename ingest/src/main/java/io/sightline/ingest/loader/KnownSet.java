package io.sightline.ingest.loader;

import java.util.List;

/**
 * A data set of the field that is recognised, for people.
 *
 * @param name what the field calls it
 * @param layout what has to lie in its folder
 * @param split how it is split
 * @param recallAt the K at which papers give its Recall@K
 */
public record KnownSet(String name, String layout, String split, List<Integer> recallAt) {

    /** All that there are. */
    public static List<KnownSet> all() {
        return Benchmark.all().stream()
                .map(set -> new KnownSet(set.name(), set.layout(), set.split(), set.recallAt()))
                .toList();
    }
}
