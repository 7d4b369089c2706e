package io.sightline.indexer.store.opensearch;

import java.util.Locale;

/**
 * Names of a prefix. Index names are lower case and may have few characters: others of a version are written as an
 * underscore and four hex digits, which can be read back.
 *
 * @param prefix of all names
 */
record IndexNames(String prefix) {

    private static final char ESCAPE = '_';
    private static final int HEX_DIGITS = 4;
    private static final int HEX = 16;
    private static final String INFIX = "-version-";

    /** Index of a version. */
    String index(String version) {
        StringBuilder name = new StringBuilder(prefix).append(INFIX);
        for (int i = 0; i < version.length(); i++) {
            char c = version.charAt(i);
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.') {
                name.append(c);
            } else {
                name.append(ESCAPE).append(String.format(Locale.ROOT, "%04x", (int) c));
            }
        }
        return name.toString();
    }

    /** The version whose index that is. */
    String version(String index) {
        String escaped = index.substring(prefix.length() + INFIX.length());
        StringBuilder version = new StringBuilder();
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) == ESCAPE) {
                version.append((char) Integer.parseInt(escaped.substring(i + 1, i + 1 + HEX_DIGITS), HEX));
                i += HEX_DIGITS;
            } else {
                version.append(escaped.charAt(i));
            }
        }
        return version.toString();
    }

    /** Pattern of the indexes of all versions. */
    String pattern() {
        return prefix + INFIX + "*";
    }

    /** Name of the index template. */
    String template() {
        return prefix + "-versions";
    }

    /** The index of the active version, for whoever else searches. */
    String activeAlias() {
        return prefix + "-active";
    }
}
