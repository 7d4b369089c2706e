package io.sightline.trainer.nets;

import java.util.Locale;

/**
 * Names of weights for variables of foreign models, and back: {@code conv1/kernel} is called
 * {@code backbone.conv1.kernel}. TensorFlow's Java API takes no slashes, so that a dot stands for one; any character that
 * is no ASCII letter, digit, underscore or slash becomes a minus and its four hexadecimal digits, {@code -002e} for a dot.
 * The prefix keeps them apart from the weights of a head.
 */
public final class VariableNames {

    private static final String PREFIX = "backbone.";
    private static final char ESCAPE = '-';
    private static final int DIGITS = 4;
    private static final int HEXADECIMAL = 16;

    private VariableNames() {}

    /** The name of the weight that has a variable's value. */
    public static String weight(String variable) {
        StringBuilder name = new StringBuilder(PREFIX);
        for (int at = 0; at < variable.length(); at++) {
            char c = variable.charAt(at);
            if (c == '/') {
                name.append('.');
            } else if (isPlain(c)) {
                name.append(c);
            } else {
                name.append(ESCAPE).append(String.format(Locale.ROOT, "%04x", (int) c));
            }
        }
        return name.toString();
    }

    /**
     * The name of the variable whose value a weight has.
     *
     * @throws IllegalArgumentException if it is no such weight
     */
    public static String variable(String weight) {
        if (!weight.startsWith(PREFIX)) {
            throw new IllegalArgumentException("'" + weight + "' is no weight of a foreign model");
        }
        StringBuilder name = new StringBuilder();
        for (int at = PREFIX.length(); at < weight.length(); at++) {
            char c = weight.charAt(at);
            if (c == ESCAPE) {
                name.append((char) Integer.parseInt(weight.substring(at + 1, at + 1 + DIGITS), HEXADECIMAL));
                at += DIGITS;
            } else {
                name.append(c == '.' ? '/' : c);
            }
        }
        return name.toString();
    }

    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
}
