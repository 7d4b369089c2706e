package io.sightline.embedder.lanes;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.avro.DeadLetterReason;
import org.jspecify.annotations.Nullable;

/** What became of one record of the images topic. */
sealed interface Outcome {

    /** The image was deleted. */
    record Deleted() implements Outcome {}

    /** The image was embedded: unit vector of length d. */
    record Embedded(float[] vector) implements Outcome {}

    /** The record cannot be used; the stream goes on without it. */
    record Rejected(
            DeadLetterReason reason,
            String detail,
            @Nullable Throwable cause) implements Outcome {

        static Rejected because(RejectedImageException rejection) {
            return new Rejected(rejection.reason(), String.valueOf(rejection.getMessage()), null);
        }
    }
}
