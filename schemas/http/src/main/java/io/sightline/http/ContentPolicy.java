package io.sightline.http;

import io.javalin.http.Context;

/** What a browser may do with an answer: values of {@code Content-Security-Policy}. */
public enum ContentPolicy {
    /** An answer for programs: a browser that shows it runs and loads nothing. Every answer that says nothing else. */
    DATA("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),

    /** A page of the console: its own files only, nothing in line. */
    CONSOLE("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self';"
            + " font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),

    /** A report in one file: its styles and drawings are in line; it runs no script and is no page of this server. */
    REPORT("sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
            + " frame-ancestors 'none'"),

    /** Bytes of strangers, shown as what they are and nothing else. */
    STRANGE("sandbox; default-src 'none'; frame-ancestors 'none'");

    private final String value;

    ContentPolicy(String value) {
        this.value = value;
    }

    /** As it stands in the header. */
    public String value() {
        return value;
    }

    /** Makes it that of an answer. */
    public void appliesTo(Context context) {
        context.header(SecurityHeaders.POLICY, value);
    }
}
