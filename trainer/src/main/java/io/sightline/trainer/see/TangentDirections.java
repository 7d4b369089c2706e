package io.sightline.trainer.see;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * For each sample, an orthonormal basis v_2 .. v_E of directions orthogonal to its proxy w and to u1, already combined
 * with the simplex centers: what SEE needs is never a v alone but sum_j B[i][j] v_(j+1).
 */
@FunctionalInterface
public interface TangentDirections<T extends TFloating> {

    /**
     * The combined directions.
     *
     * @param proxies w, [K, d], unit rows
     * @param tangents u1, [K, d], unit rows orthogonal to w
     * @return [K, E, d], row i of sample k is sum_j B[i][j] v_(j+1), for i = 1 .. E
     */
    Operand<T> combine(Ops tf, Operand<T> proxies, Operand<T> tangents);
}
