package io.sightline.trainer.weights;

import io.sightline.trainer.nets.HostTensor;

/**
 * Position embeddings of a vision transformer for images of another size: those of the patches are a picture, which is
 * resized with a cubic filter that is widened where it shrinks (Keys, 1981, a = -0.5, as Pillow's and PyTorch's
 * anti-aliased bicubic); the class token's stays.
 */
final class PositionEmbeddings {

    private static final double KEYS = -0.5;
    private static final double SUPPORT = 2;

    private PositionEmbeddings() {}

    /** Whether both are [1, 1 + n * n, width] of the same width. */
    static boolean canResize(long[] from, long[] to) {
        return from.length == 3
                && to.length == 3
                && from[0] == 1
                && to[0] == 1
                && from[2] == to[2]
                && side(from) > 0
                && side(to) > 0;
    }

    private static int side(long[] shape) {
        int side = (int) Math.round(Math.sqrt(shape[1] - 1.0));
        return (long) side * side == shape[1] - 1 ? side : 0;
    }

    /** Resizes them; those of the right size stay as they are, bit for bit. */
    static HostTensor resize(HostTensor embeddings, long[] shape) {
        int from = side(embeddings.shape());
        int to = side(shape);
        if (from == to) {
            return embeddings;
        }
        int width = (int) shape[2];
        double[][] weights = weights(from, to);
        float[] source = embeddings.values();
        float[] target = new float[(1 + to * to) * width];
        System.arraycopy(source, 0, target, 0, width);
        for (int y = 0; y < to; y++) {
            for (int x = 0; x < to; x++) {
                for (int row = 0; row < from; row++) {
                    for (int column = 0; column < from; column++) {
                        double weight = weights[y][row] * weights[x][column];
                        int read = (1 + row * from + column) * width;
                        int written = (1 + y * to + x) * width;
                        for (int c = 0; weight != 0 && c < width; c++) {
                            target[written + c] += (float) (weight * source[read + c]);
                        }
                    }
                }
            }
        }
        return new HostTensor(shape.clone(), target);
    }

    /** How much of each old position is in each new one; rows add up to 1. */
    private static double[][] weights(int from, int to) {
        double scale = (double) from / to;
        double stretch = Math.max(1, scale);
        double[][] weights = new double[to][from];
        for (int i = 0; i < to; i++) {
            double centre = (i + 0.5) * scale;
            double sum = 0;
            for (int j = 0; j < from; j++) {
                weights[i][j] = cubic((j + 0.5 - centre) / stretch);
                sum += weights[i][j];
            }
            for (int j = 0; j < from; j++) {
                weights[i][j] /= sum;
            }
        }
        return weights;
    }

    private static double cubic(double x) {
        double distance = Math.abs(x);
        if (distance < 1) {
            return ((KEYS + 2) * distance - (KEYS + 3)) * distance * distance + 1;
        }
        return distance < SUPPORT ? KEYS * (((distance - 5) * distance + 8) * distance - 4) : 0;
    }
}
