package io.sightline.http;

import io.javalin.http.Context;
import java.util.UUID;
import java.util.regex.Pattern;

/** The id of a request, in its answer as {@code X-Request-Id} and in the audit log; the client's own if it sends one. */
public final class RequestId {

    private static final String HEADER = "X-Request-Id";
    private static final String ATTRIBUTE = "sightline.request-id";
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private RequestId() {}

    /** The id of a request. */
    public static String of(Context context) {
        String known = context.attribute(ATTRIBUTE);
        if (known != null) {
            return known;
        }
        String sent = context.header(HEADER);
        String id = sent != null && VALID.matcher(sent).matches()
                ? sent
                : UUID.randomUUID().toString();
        context.attribute(ATTRIBUTE, id);
        context.header(HEADER, id);
        return id;
    }
}
