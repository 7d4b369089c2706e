package io.sightline.deploy.bench;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Replay stores of random pixels, for times that do not depend on what is in them. */
final class RandomContent {

    private RandomContent() {}

    /** So many classes of so many images; a larger store begins as a smaller one does. */
    static ReplaySnapshot of(Preprocessing shape, int classes, int imagesPerClass) {
        List<ReplayItem> items = new ArrayList<>();
        Random random = new Random(1);
        for (int c = 0; c < classes; c++) {
            for (int i = 0; i < imagesPerClass; i++) {
                byte[] pixels = new byte[shape.bytes()];
                random.nextBytes(pixels);
                items.add(new ReplayItem("image-" + c + "-" + i, "class-" + c, 0, pixels));
            }
        }
        return ReplaySnapshot.of(items, new HoldoutRule(0), Map.of());
    }
}
