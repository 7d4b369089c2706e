package io.sightline.embedder.lanes;

import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import java.nio.ByteBuffer;

/** From an image event to pixels. Thread-safe. */
final class ImageReader {

    private final Preprocessor preprocessor;

    ImageReader(Preprocessor preprocessor) {
        this.preprocessor = preprocessor;
    }

    /** The encoded image of an event. */
    static byte[] content(ImageEvent event) throws RejectedImageException {
        if (event.getPayload() instanceof InlinePayload inline) {
            ByteBuffer buffer = inline.getContent().duplicate();
            byte[] content = new byte[buffer.remaining()];
            buffer.get(content);
            return content;
        }
        throw new RejectedImageException(
                DeadLetterReason.PAYLOAD_MISSING,
                "the event refers to a payload elsewhere, which this version of the embedder does not fetch; send it inline");
    }

    byte[] pixels(byte[] content) throws RejectedImageException {
        return preprocessor.pixels(content);
    }
}
