package io.sightline.deploy.config;

/**
 * A value as it was written.
 *
 * @param text not converted yet
 * @param origin where it was written, in words
 */
record RawValue(String text, String origin) {

    /** It may be a secret. */
    @Override
    public String toString() {
        return "a value of " + origin;
    }
}
