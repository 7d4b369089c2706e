package io.sightline.trainer.see;

/**
 * The Max-Mahalanobis centers (Pang et al., ICML 2018): the E + 1 vertices of a regular simplex on the unit sphere of
 * R^E, in closed form and lower triangular.
 */
public final class SimplexCenters {

    private SimplexCenters() {}

    /**
     * The centers, [E + 1, E]: row 0 is (1, 0, .., 0); B[j][j] = a_j, B[i][j] = -a_j / (E - j) below the diagonal and
     * 0 above, with a_j = sqrt((E + 1)(E - j) / (E (E - j + 1))). Any two rows have cosine -1/E.
     *
     * @param expansions E, at least 1
     */
    public static double[][] of(int expansions) {
        if (expansions < 1) {
            throw new IllegalArgumentException("a simplex needs at least 1 expansion, not " + expansions);
        }
        double e = expansions;
        double[][] centers = new double[expansions + 1][expansions];
        for (int j = 0; j < expansions; j++) {
            double a = Math.sqrt((e + 1) * (e - j) / (e * (e - j + 1)));
            centers[j][j] = a;
            for (int i = j + 1; i <= expansions; i++) {
                centers[i][j] = -a / (e - j);
            }
        }
        return centers;
    }
}
