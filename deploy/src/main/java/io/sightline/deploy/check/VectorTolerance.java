package io.sightline.deploy.check;

/** How far an embedding may lie from the same one computed again: batches of other sizes sum in another order. */
public final class VectorTolerance {

    private static final double LARGEST_DIFFERENCE = 1e-4;

    private VectorTolerance() {}

    /** Whether two vectors have the same length and no component differs by more than 1e-4; NaN differs from all. */
    public static boolean holds(float[] a, float[] b) {
        if (a.length != b.length) {
            return false;
        }
        for (int i = 0; i < a.length; i++) {
            if (!(Math.abs(a[i] - b[i]) <= LARGEST_DIFFERENCE)) {
                return false;
            }
        }
        return true;
    }
}
