package io.sightline.http;

import io.javalin.http.Context;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The charset that a request names, by which Javalin reads addresses too. */
final class RequestCharset {

    private static final String PARAMETER = "charset";
    private static final int DELETE = 0x7f;

    private RequestCharset() {}

    /**
     * Refuses one that cannot be read.
     *
     * @throws ApiException 415 {@code unsupported-charset}
     */
    static void require(Context context) {
        @Nullable String type = context.header("Content-Type");
        if (type == null) {
            return;
        }
        // What else is white space to somebody is a character of the charset's name to others.
        boolean plain = type.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < DELETE));
        boolean supported = plain
                && Stream.of(type.split(";", -1))
                        .map(String::strip)
                        .filter(parameter -> parameter.toLowerCase(Locale.ROOT).startsWith(PARAMETER))
                        .allMatch(RequestCharset::isSupported);
        if (!supported) {
            throw new ApiException(
                    415,
                    "unsupported-charset",
                    "the Content-Type is not readable, or names a charset that is not known here; write charset=utf-8");
        }
    }

    private static boolean isSupported(String parameter) {
        String[] parts = parameter.split("=", -1);
        try {
            return parts.length == 2 && Charset.isSupported(withoutQuotes(parts[1].strip()));
        } catch (IllegalCharsetNameException e) {
            return false;
        }
    }

    private static String withoutQuotes(String name) {
        boolean quoted = name.length() > 1 && name.startsWith("\"") && name.endsWith("\"");
        return quoted ? name.substring(1, name.length() - 1) : name;
    }
}
