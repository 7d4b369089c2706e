package io.sightline.trainer.foreign;

import java.nio.file.Path;

/** A SavedModel that cannot be fine-tuned; the message names its file, what is in the way and what to do. */
public final class ForeignModelException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ForeignModelException(Path file, String problem) {
        super(file + ": " + problem);
    }

    ForeignModelException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
