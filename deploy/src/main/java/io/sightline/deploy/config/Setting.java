package io.sightline.deploy.config;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One key that can be set. Immutable.
 *
 * @param key for instance {@code sightline.lanes.max-batch}
 * @param doc what it is for
 * @param type what a value is called in the reference, for instance {@code N}
 * @param otherwise the default as it is written, null if there is none
 * @param otherwiseSaid what counts without a value where that is no plain one, else empty
 * @param allowed what may be given, empty if any text may
 * @param choices the words of which one has to be given, empty if it is no choice
 * @param kind whether it may be shown
 * @param option the option of the command line that sets it, null if none does
 * @param check says what is wrong with a value, empty if nothing is
 */
public record Setting(
        String key,
        String doc,
        String type,
        @Nullable String otherwise,
        String otherwiseSaid,
        String allowed,
        List<String> choices,
        Kind kind,
        @Nullable Option option,
        Check check) {

    /** What {@code -file} stands behind. */
    static final String FILE = "-file";

    /** How a setting is treated. */
    public enum Kind {
        /** Shown as it is, but for passwords in URLs. */
        PLAIN,
        /** Several values, with commas between them. */
        LIST,
        /** Never shown, and may come from a file. */
        SECRET,
        /** The beginning of settings of a client that is not ours. */
        FREE
    }

    /**
     * An option.
     *
     * @param name with both dashes
     * @param label what stands for its value
     * @param file whether it names a file with the value
     */
    public record Option(String name, String label, boolean file) {}

    /** Tells whether a value can be taken. */
    @FunctionalInterface
    public interface Check {
        /** Returns what is wrong with a value, empty if nothing is. */
        Optional<String> wrong(String value);
    }

    /** The variable of the environment that sets it. */
    public String variable() {
        return Environment.variable(key);
    }

    /** The key that the option sets: that of the file where it names one. */
    public String keyOfOption() {
        return option != null && option.file() ? key + FILE : key;
    }

    /** Whether it takes several values. */
    public boolean isList() {
        return kind == Kind.LIST;
    }

    /** Whether a key is this one, or begins with it where it is free. */
    boolean takes(String other) {
        return switch (kind) {
            case PLAIN, LIST -> other.equals(key);
            case SECRET -> other.equals(key) || other.equals(key + FILE);
            case FREE -> other.startsWith(key + ".") && other.length() > key.length() + 1;
        };
    }
}
