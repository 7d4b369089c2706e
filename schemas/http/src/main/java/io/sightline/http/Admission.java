package io.sightline.http;

import io.javalin.http.Context;
import java.util.function.BooleanSupplier;

/** Whether a request that is answered for longer than others, as a stream is, would be let through once more. */
public final class Admission {

    private static final String ATTRIBUTE = "sightline.admission";

    private Admission() {}

    static void lastsWhile(Context context, BooleanSupplier valid) {
        context.attribute(ATTRIBUTE, valid);
    }

    /**
     * Whether the credential of a request is as good as when it came: a key may have been revoked since, a token may have
     * expired, somebody may have signed out. On a thread that answers the request.
     */
    public static boolean holds(Context context) {
        BooleanSupplier valid = context.attribute(ATTRIBUTE);
        return valid == null || valid.getAsBoolean();
    }
}
