package io.sightline.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /v1/session}: browsers sign in, ask who they are, and sign out. Thread-safe. */
final class SessionRoutes {

    private static final String PATH = "/v1/session";
    private static final long LONGEST_BODY = 32 * 1024;
    private static final int TRIES = 10;
    private static final int OPENED = 60;
    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final Authentication authentication;
    private final AuditLog audit;
    private final boolean https;
    /** Of an address, with a wrong key. */
    private final ClientRates tries = new ClientRates(TRIES, PERIOD, TRIES);
    /** Of a caller: there is room for so many sessions only, and the oldest would have to go. */
    private final ClientRates opened = new ClientRates(OPENED, PERIOD, OPENED);

    SessionRoutes(Authentication authentication, AuditLog audit, boolean https) {
        this.authentication = authentication;
        this.audit = audit;
        this.https = https;
    }

    void register(RoutesConfig routes) {
        routes.get(PATH, context -> context.json(describe(Caller.of(context))), Scope.OPEN);
        routes.post(PATH, this::signIn, Scope.OPEN);
        routes.delete(PATH, this::signOut, Scope.OPEN);
    }

    /** Body of {@code POST /v1/session}. */
    record SignIn(@Nullable String key) {}

    private void signIn(Context context) {
        if (!authentication.isRequired()) {
            context.json(describe(Caller.ANYONE));
            return;
        }
        tries.take(context, Caller.NOBODY);
        SignIn request = ApiServer.json(context, SignIn.class, LONGEST_BODY);
        if (request.key() == null || request.key().isBlank()) {
            throw new ApiException(400, "key-missing", "send {\"key\": \"..\"} with an API key or a token");
        }
        String session;
        try {
            session = authentication.signIn(request.key().strip(), caller -> opened.take(context, caller));
        } catch (ApiException e) {
            if (e.status() != 401) {
                tries.giveBack(context, Caller.NOBODY);
            }
            audit.refused(context, e.type());
            throw e;
        }
        String before = context.cookie(Authentication.COOKIE);
        if (before != null) {
            authentication.signOut(before);
        }
        setCookie(context, session, Sessions.LONGEST);
        // Only those that fail count: who knows a key may sign in as often as it likes.
        tries.giveBack(context, Caller.NOBODY);
        Caller caller = authentication.session(session);
        caller.isCallerOf(context);
        AuditLog.done(context, "sign-in", caller.name());
        context.json(describe(caller));
    }

    private void signOut(Context context) {
        String session = context.cookie(Authentication.COOKIE);
        if (session != null) {
            authentication.signOut(session);
            AuditLog.done(context, "sign-out", Caller.of(context).name());
        }
        setCookie(context, "", Duration.ZERO);
        context.status(204);
    }

    /** As a header: no cookie class knows all of its attributes. */
    private void setCookie(Context context, String value, Duration age) {
        context.res()
                .addHeader(
                        "Set-Cookie",
                        Authentication.COOKIE + "=" + value + "; Path=/; Max-Age=" + age.toSeconds()
                                + "; HttpOnly; SameSite=Strict" + (https ? "; Secure" : ""));
    }

    private Map<String, Object> describe(Caller caller) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("authentication", authentication.isRequired() ? "required" : "none");
        answer.put("name", caller.isNamed() ? caller.name() : null);
        answer.put(
                "scopes",
                Scope.grantable().stream().filter(caller::may).map(Scope::word).toList());
        return answer;
    }
}
