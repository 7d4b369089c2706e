package io.sightline.deploy.faults;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.lucene.IndexScan;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * An index against what it must hold.
 *
 * @param images that must be there
 * @param missing of them are not
 * @param duplicates are there more than once
 * @param resurrected are there and must not be
 * @param wrong are there with an older vector or label, or another's
 */
record IndexOutcome(int images, int missing, int duplicates, int resurrected, int wrong) {

    /** Reads all of an index that nobody writes to. */
    static IndexOutcome of(Path index, IndexWrites writes) {
        Map<String, IndexWrites.Expected> truth = writes.truth();
        Map<String, Integer> seen = new HashMap<>();
        int[] wrong = {0};
        IndexScan.forEach(index, image -> {
            IndexWrites.Expected expected = truth.get(image.image().id());
            if (seen.merge(image.image().id(), 1, Integer::sum) == 1
                    && expected != null
                    && !isRight(image, expected, writes)) {
                wrong[0]++;
            }
        });
        int duplicates = seen.values().stream().mapToInt(count -> count - 1).sum();
        int resurrected = (int)
                seen.keySet().stream().filter(id -> !truth.containsKey(id)).count();
        int missing = (int)
                truth.keySet().stream().filter(id -> !seen.containsKey(id)).count();
        return new IndexOutcome(truth.size(), missing, duplicates, resurrected, wrong[0]);
    }

    private static boolean isRight(EmbeddedImage image, IndexWrites.Expected expected, IndexWrites writes) {
        return image.image().origin().offset() == expected.write()
                && Objects.equals(image.image().label(), expected.label())
                && Arrays.equals(image.vector(), writes.vector(expected.write()));
    }

    boolean isClean() {
        return missing == 0 && duplicates == 0 && resurrected == 0 && wrong == 0;
    }
}
