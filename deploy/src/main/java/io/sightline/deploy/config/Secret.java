package io.sightline.deploy.config;

/**
 * A password or the like. It may be given as {@code KEY-file} as well, the name of a file that holds it.
 *
 * @param value what is never shown
 */
public record Secret(String value) {

    /** What is shown in its place. */
    public static final String HIDDEN = "****";

    @Override
    public String toString() {
        return HIDDEN;
    }
}
