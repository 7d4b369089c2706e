package io.sightline.trainer.training;

import io.sightline.trainer.replay.ReplayItem;
import java.util.List;

/**
 * One training batch.
 *
 * @param pixels N images, [N, size, size, channels] uint8 row-major
 * @param rows number of each image's class in the proxy table, [N]
 * @param items the images that they were made of, [N]
 */
record Batch(byte[] pixels, int[] rows, List<ReplayItem> items) {

    int size() {
        return rows.length;
    }
}
