package io.sightline.ingest.loader;

import java.util.Optional;

/** Which class folders become labels, that is: what the trainer may see. */
public enum LabelPolicy {
    /** Every class folder. */
    ALL,
    /** None: images only. */
    NONE,
    /** Those of the images in train/; of all images where the set is not split. */
    TRAIN_ONLY;

    /** The label that an image is sent with. */
    public Optional<String> labelOf(DatasetImage image) {
        boolean send = switch (this) {
            case ALL -> true;
            case NONE -> false;
            case TRAIN_ONLY -> image.split() == null || image.split().equals("train");
        };
        return send ? Optional.ofNullable(image.label()) : Optional.empty();
    }
}
