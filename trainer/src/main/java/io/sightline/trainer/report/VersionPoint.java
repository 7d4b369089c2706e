package io.sightline.trainer.report;

/**
 * A version in the history of a lineage.
 *
 * @param version its name
 * @param steps steps since the initial network
 * @param rejected whether the gate kept it back
 * @param recallAt1 on the holdout, 0 to 1; NaN if it was not measured
 * @param mapAtR on the holdout, 0 to 1; NaN if it was not measured
 * @param forgottenRecallAt1 Recall@1 of holdout classes that the stream has not brought lately; NaN if there are none
 */
public record VersionPoint(
        String version, long steps, boolean rejected, double recallAt1, double mapAtR, double forgottenRecallAt1) {}
