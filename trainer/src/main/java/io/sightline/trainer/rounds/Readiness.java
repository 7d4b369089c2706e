package io.sightline.trainer.rounds;

import io.sightline.trainer.replay.ReplaySnapshot;

/**
 * Whether there is enough to train on, and what is missing.
 *
 * @param ready whether training can start
 * @param reason what is missing, empty if nothing is
 */
public record Readiness(boolean ready, String reason) {

    private static final Readiness READY = new Readiness(true, "");

    /** Looks at the replay store. */
    public static Readiness of(ReplaySnapshot snapshot, int minClasses) {
        int usable = snapshot.classesWith(2).size();
        if (usable >= minClasses) {
            return READY;
        }
        int classes = snapshot.training().size();
        int heldOut = (int) snapshot.holdout().keySet().stream()
                .filter(label -> !snapshot.training().containsKey(label))
                .count();
        String missing;
        if (classes + heldOut == 0) {
            missing = "no image has a label yet";
        } else if (classes == 0) {
            missing = "the holdout takes all " + heldOut + " classes";
        } else if (usable == 0) {
            missing = "no class has two images yet";
        } else {
            missing = usable + (usable == 1 ? " class has" : " classes have") + " two images";
        }
        String held = heldOut == 0 || classes == 0 ? "" : " (" + heldOut + " more are held out)";
        return new Readiness(
                false, missing + held + "; training needs " + minClasses + " classes with two images each");
    }
}
