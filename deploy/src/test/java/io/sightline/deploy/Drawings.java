package io.sightline.deploy;

import io.sightline.embedder.testing.TestImages;
import io.sightline.ingest.loader.DatasetImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Small labelled data sets of random rectangles. */
final class Drawings {

    private Drawings() {}

    static List<DatasetImage> of(int classes, int imagesPerClass) {
        List<DatasetImage> images = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            for (int i = 0; i < imagesPerClass; i++) {
                long seed = c * 1000L + i;
                String label = "class-" + c;
                images.add(new DatasetImage(
                        "train/" + label + "/" + i + ".png",
                        label,
                        "train",
                        Map.of(),
                        () -> TestImages.png(40, 40, seed)));
            }
        }
        return images;
    }
}
