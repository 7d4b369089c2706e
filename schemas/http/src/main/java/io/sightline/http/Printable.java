package io.sightline.http;

/** Text of strangers on its way into a log: one line, and no control of terminals. */
final class Printable {

    private static final int LONGEST = 256;

    private Printable() {}

    /** The text with a question mark for every character that is none to see; cut short if it is long. */
    static String of(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .limit(LONGEST)
                .map(point -> isShown(point) ? point : '?')
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }

    private static boolean isShown(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
