package io.sightline.trainer.report;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * Builds markup that is both HTML and well-formed XML. Text and attribute values are always escaped, so that nothing
 * from outside (labels, names, reasons) can become markup. Not thread-safe.
 */
final class Markup {

    private static final int REPLACEMENT = 0xFFFD;

    private final StringBuilder out = new StringBuilder();
    private final Deque<String> opened = new ArrayDeque<>();

    /** Opens an element. Attributes are pairs of name and value. */
    Markup open(String tag, String... attributes) {
        start(tag, attributes);
        out.append('>');
        opened.push(tag);
        return this;
    }

    /** Closes the element opened last. */
    Markup close() {
        out.append("</").append(opened.pop()).append(">\n");
        return this;
    }

    /** An element with text alone. */
    Markup element(String tag, String text, String... attributes) {
        return open(tag, attributes).text(text).close();
    }

    /** An element that never has content: {@code meta}, {@code img} and the shapes of SVG. */
    Markup empty(String tag, String... attributes) {
        start(tag, attributes);
        out.append("/>\n");
        return this;
    }

    /** Text, escaped. */
    Markup text(String text) {
        escape(text, out);
        return this;
    }

    /** A name from outside: its writing direction must not reorder the words around it. */
    Markup name(String name, String... attributes) {
        start("bdi", attributes);
        out.append('>');
        escape(name, out);
        out.append("</bdi>");
        return this;
    }

    /** Our own text, as it is. Never for anything from outside. */
    Markup verbatim(String ours) {
        out.append(ours);
        return this;
    }

    @Override
    public String toString() {
        if (!opened.isEmpty()) {
            throw new IllegalStateException("elements not closed: " + opened + "; close them before taking the markup");
        }
        return out.toString();
    }

    private void start(String tag, String... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            escape(attributes[i + 1], out);
            out.append('"');
        }
    }

    private static void escape(String text, StringBuilder out) {
        text.codePoints().forEach(point -> {
            switch (point) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(isAllowed(point) ? point : REPLACEMENT);
            }
        });
    }

    /** The characters of XML 1.0, section 2.2, without the control characters that HTML forbids besides. */
    private static boolean isAllowed(int point) {
        boolean surrogate = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
        boolean control = Character.isISOControl(point) && point != '\n' && point != '\t' && point != '\r';
        boolean nonCharacter = (point & 0xFFFE) == 0xFFFE;
        return !surrogate && !control && !nonCharacter;
    }

    /** A coordinate: two decimals are below what a screen shows. */
    static String coordinate(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
