package io.sightline.http;

import io.javalin.http.Context;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The charset that a request names, by which Javalin reads addresses too. */
final class RequestCharset {

    private static final String PARAMETER = "charset";

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
        for (String parameter : type.split(";", -1)) {
            String stripped = parameter.strip();
            if (stripped.toLowerCase(Locale.ROOT).startsWith(PARAMETER) && !isSupported(stripped)) {
                throw new ApiException(
                        415,
                        "unsupported-charset",
                        "the Content-Type names a charset that is not known here; write charset=utf-8, without quotes");
            }
        }
    }

    private static boolean isSupported(String parameter) {
        String[] parts = parameter.split("=", -1);
        try {
            return parts.length == 2 && Charset.isSupported(parts[1].strip());
        } catch (IllegalCharsetNameException e) {
            return false;
        }
    }
}
