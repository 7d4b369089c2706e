package io.sightline.indexer.rollout.gates;

import io.sightline.indexer.store.ImageVisitor;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/** Ids of some images of an index, each image as likely as any other (reservoir sampling). */
final class Sample {

    private Sample() {}

    /**
     * Draws; the order of the documents and the seed decide.
     *
     * @param most ids to draw
     * @param wanted what a drawn image must be
     */
    static List<StoredImage> of(VectorStore store, int most, long seed, Predicate<StoredImage> wanted, StopSign stop) {
        List<StoredImage> drawn = new ArrayList<>();
        Random random = new Random(seed);
        int[] seen = {0};
        store.scan(new ImageVisitor() {
            @Override
            public void image(StoredImage image) {
                stop.check();
                if (!wanted.test(image)) {
                    return;
                }
                seen[0]++;
                int place = random.nextInt(seen[0]);
                if (drawn.size() < most) {
                    drawn.add(image);
                } else if (place < most) {
                    drawn.set(place, image);
                }
            }

            @Override
            public void tombstone(String id) {}
        });
        return drawn;
    }
}
