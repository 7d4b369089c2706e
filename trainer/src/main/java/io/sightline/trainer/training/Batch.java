package io.sightline.trainer.training;

/**
 * One training batch.
 *
 * @param pixels N images, [N, size, size, channels] uint8 row-major
 * @param rows row of each image's class in the proxy table, [N]
 */
record Batch(byte[] pixels, int[] rows) {

    int size() {
        return rows.length;
    }
}
