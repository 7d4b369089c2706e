package io.sightline.ingest.loader;

import java.io.IOException;
import java.nio.file.Path;

/** An annotation file of a benchmark set says what cannot be meant, such as a path out of the set's folder. */
public final class MalformedAnnotationException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Names what is wrong.
     *
     * @param file the annotation file
     * @param place the line or element of it
     * @param problem what is wrong with that
     */
    MalformedAnnotationException(Path file, String place, String problem) {
        super(file + " " + place + ": " + problem + "; correct it, or fetch the file again from the set's home page");
    }
}
