package io.sightline.embedder.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.avro.DeadLetterReason;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What tests say about rejections. */
final class Rejections {

    private Rejections() {}

    /** Asserts that a call is rejected with a reason, in words that hold these. */
    static void assertRejected(DeadLetterReason reason, String said, ThrowingCallable call) {
        RejectedImageException rejection = catchThrowableOfType(RejectedImageException.class, call);

        assertThat(rejection).isNotNull().hasMessageContaining(said);
        assertThat(rejection.reason()).isEqualTo(reason);
    }
}
