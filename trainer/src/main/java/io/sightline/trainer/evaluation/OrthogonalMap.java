package io.sightline.trainer.evaluation;

import io.sightline.embedder.artifact.SpaceMap;
import io.sightline.embedder.tensorflow.NativeTensorFlow;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.linalg.Svd;
import org.tensorflow.types.TFloat64;

/**
 * The rotation (or reflection) that takes one embedding space closest to another: the orthogonal Procrustes problem,
 * R = U V' of the singular value decomposition X' Y = U S V' (Schoenemann, 1966). Keeps lengths and angles. Immutable.
 *
 * @param matrix R, [d, d]
 */
public record OrthogonalMap(double[][] matrix) {

    /**
     * Fits a map.
     *
     * @param from X, [n, d], unit rows
     * @param to Y, [n, d], unit rows of the same images in the other space
     * @throws IllegalArgumentException if there are no rows, or not the same number
     */
    public static OrthogonalMap fit(float[][] from, float[][] to) {
        if (from.length == 0 || from.length != to.length || from[0].length != to[0].length) {
            throw new IllegalArgumentException(
                    "a map needs the same images in both spaces, not " + from.length + " and " + to.length);
        }
        NativeTensorFlow.load();
        int d = from[0].length;
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Operand<TFloat64> product = tf.linalg.matMul(matrix(tf, from), matrix(tf, to), MatMul.transposeA(true));
            Svd<TFloat64> svd = tf.linalg.svd(product);
            Operand<TFloat64> rotation = tf.linalg.matMul(svd.u(), svd.v(), MatMul.transposeB(true));
            try (Session session = new Session(graph);
                    Result result = session.runner().fetch(rotation).run()) {
                double[] flat = new double[d * d];
                ((TFloat64) result.get(0)).copyTo(DataBuffers.of(flat));
                double[][] rows = new double[d][d];
                for (int i = 0; i < d; i++) {
                    System.arraycopy(flat, i * d, rows[i], 0, d);
                }
                return new OrthogonalMap(rows);
            }
        }
    }

    /** Maps embeddings, [n, d] to [n, d]. */
    public float[][] apply(float[][] embeddings) {
        float[][] mapped = new float[embeddings.length][matrix.length];
        for (int i = 0; i < embeddings.length; i++) {
            for (int column = 0; column < matrix.length; column++) {
                double sum = 0;
                for (int k = 0; k < matrix.length; k++) {
                    sum += embeddings[i][k] * matrix[k][column];
                }
                mapped[i][column] = (float) sum;
            }
        }
        return mapped;
    }

    /** What queries are mapped with when they search the gallery of that version. */
    public SpaceMap toward(String base) {
        float[][] rows = new float[matrix.length][matrix.length];
        for (int i = 0; i < rows.length; i++) {
            for (int k = 0; k < rows.length; k++) {
                rows[i][k] = (float) matrix[i][k];
            }
        }
        return new SpaceMap(base, rows);
    }

    private static Operand<TFloat64> matrix(Ops tf, float[][] rows) {
        double[] flat = new double[rows.length * rows[0].length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = rows[i / rows[0].length][i % rows[0].length];
        }
        return tf.constant(Shape.of(rows.length, rows[0].length), DataBuffers.of(flat));
    }
}
