package io.sightline.trainer.weights;

import java.nio.file.Path;

/** A weight file that cannot be used; the message names the file, and the tensor where it is one tensor's fault. */
public final class WeightFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String problem;

    WeightFileException(Path file, String problem) {
        super(file + ": " + problem);
        this.problem = problem;
    }

    WeightFileException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
        this.problem = problem;
    }

    /** What is wrong, without the file's name. */
    String problem() {
        return problem;
    }
}
