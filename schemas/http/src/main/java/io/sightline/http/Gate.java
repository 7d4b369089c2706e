package io.sightline.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.router.InternalRouter;
import io.javalin.security.Roles;
import io.javalin.security.RouteRole;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What every request goes through before its route: is it meant for this server, is there room for it, who sends it, and
 * is the route for that one. Thread-safe.
 */
final class Gate {

    /** Names under which people put keys into addresses, where logs and histories keep them. */
    private static final Set<String> KEY_PARAMETERS =
            Set.of("key", "api_key", "api-key", "apikey", "x-api-key", "token", "access_token", "authorization");

    private static final Pattern KEY = Pattern.compile(ApiKeyFile.PREFIX + "[A-Za-z0-9_-]{43}");
    /** One or two dots between slashes or backslashes, all of them encoded or not. */
    private static final Pattern CROOKED =
            Pattern.compile("(?:/|\\\\|%2f|%5c)(?:\\.|%2e){1,2}(?:$|[;/\\\\]|%2f|%5c)", Pattern.CASE_INSENSITIVE);

    /** Of the slots, the part that one client may hold at most, where clients are told apart. */
    private static final int SHARE = 4;

    private static final String CONSOLE_HEADER = "X-Sightline-Console";
    private static final String CHALLENGE = "Bearer realm=\"sightline\"";

    private final Authentication authentication;
    private final RequestOrigins origins;
    private final ClientRates rates;
    private final RequestSlots slots;
    private final Congestion congestion;
    private final AuditLog audit;
    private final Supplier<InternalRouter> router;

    /**
     * Lets nothing through yet.
     *
     * @param router the routes, once the server has them
     */
    Gate(
            Authentication authentication,
            RequestLimits limits,
            Congestion congestion,
            AuditLog audit,
            Supplier<InternalRouter> router) {
        this.router = router;
        this.authentication = authentication;
        this.origins = new RequestOrigins(!authentication.isRequired());
        this.rates = new ClientRates(limits);
        this.slots = new RequestSlots(
                limits.mostAtOnce(),
                authentication.isRequired() ? Math.max(1, limits.mostAtOnce() / SHARE) : limits.mostAtOnce());
        this.congestion = congestion;
        this.audit = audit;
    }

    void register(RoutesConfig routes) {
        routes.before(this::admit);
        routes.beforeMatched(this::authorize);
    }

    private void admit(Context context) {
        RequestId.of(context);
        if (!authentication.isRequired()) {
            Caller.ANYONE.isCallerOf(context);
        }
        audited(context, () -> {
            origins.require(context);
            requireStraightPath(context);
            RequestCharset.require(context);
            requireNoKeyInAddress(context);
        });
        Authentication.Identity identity = identify(context);
        identity.caller().isCallerOf(context);
        Admission.lastsWhile(context, () -> isStill(context, identity.caller()));
        audited(context, () -> requirePlainBody(context));
        if (!isProbe(context.path())) {
            admitAmongOthers(context, identity.caller());
        }
        if (identity.byCookie()
                && RequestOrigins.changesSomething(context)
                && !"1".equals(context.header(CONSOLE_HEADER))) {
            throw forbidden(
                    context,
                    "a request that changes something needs the header " + CONSOLE_HEADER
                            + ": 1 when it comes with the cookie of a session, so that no other site can make a"
                            + " browser send it");
        }
    }

    private void audited(Context context, Runnable check) {
        try {
            check.run();
        } catch (ApiException e) {
            audit.refused(context, e.type());
            throw e;
        }
    }

    private void admitAmongOthers(Context context, Caller caller) {
        try {
            if (congestion.isThere()) {
                throw RequestSlots.tooMany(context, "more requests wait than this server can answer soon");
            }
            rates.take(context, caller);
            // Strangers have many addresses, and are to leave room for those who have a key.
            slots.take(context, caller.isNamed() ? "name " + caller.name() : "strangers");
        } catch (ApiException e) {
            audit.shed(context, e.type());
            throw e;
        }
    }

    private boolean isStill(Context context, Caller caller) {
        try {
            return authentication.identify(context).caller().equals(caller);
        } catch (ApiException e) {
            return false;
        }
    }

    private Authentication.Identity identify(Context context) {
        try {
            return authentication.identify(context);
        } catch (ApiException e) {
            // Whoever guesses pays with the rate of the address.
            rates.take(context, Caller.NOBODY);
            if (e.status() == 401) {
                challenge(context, ", error=\"invalid_token\"");
                audit.refused(context, e.type());
            }
            throw e;
        }
    }

    /** Runs for routes that exist. One that asks for nothing known is for nobody. */
    private void authorize(Context context) {
        Caller caller = Caller.of(context);
        Set<RouteRole> roles = roles(context);
        if (!roles.isEmpty() && roles.stream().allMatch(role -> role instanceof Scope scope && caller.may(scope))) {
            return;
        }
        if (!caller.isNamed() && authentication.isRequired()) {
            challenge(context, "");
            audit.refused(context, "unauthenticated");
            throw new ApiException(
                    401,
                    "unauthenticated",
                    "say who you are: send an API key or a token as Authorization: Bearer, or sign in at the console");
        }
        String wanted = roles.stream()
                .filter(role -> !(role instanceof Scope scope && caller.may(scope)))
                .map(role -> role instanceof Scope scope ? scope.word() : "none")
                .findFirst()
                .orElse("none");
        challenge(context, ", error=\"insufficient_scope\", scope=\"" + JwtSettings.SCOPE_PREFIX + wanted + '"');
        throw forbidden(
                context,
                "this needs the scope " + wanted + ", which " + caller.name() + " does not have; use another key");
    }

    /** Javalin answers HEAD by the route of GET, and tells its roles with GET only. */
    private Set<RouteRole> roles(Context context) {
        Set<RouteRole> roles = context.routeRoles();
        if (!roles.isEmpty() || !context.method().equals(HandlerType.HEAD)) {
            return roles;
        }
        return router.get().findHttpHandlerEntries(HandlerType.GET, context.path()).stream()
                .findFirst()
                .map(route -> route.endpoint.metadata(Roles.class))
                .map(Roles::getRoles)
                .orElse(Set.of());
    }

    private ApiException forbidden(Context context, String message) {
        audit.refused(context, "forbidden");
        return new ApiException(403, "forbidden", message);
    }

    private void challenge(Context context, String error) {
        context.header("WWW-Authenticate", CHALLENGE + error);
    }

    /** Paths lead to no files here; whoever sends one like that takes them for such. */
    private static void requireStraightPath(Context context) {
        if (CROOKED.matcher(context.req().getRequestURI()).find()) {
            throw new ApiException(
                    400,
                    "bad-request",
                    "the address has a segment of dots only, which no id may have; send the id itself");
        }
    }

    private static void requireNoKeyInAddress(Context context) {
        String query = context.queryString();
        if (query == null || query.isEmpty()) {
            return;
        }
        boolean named = context.queryParamMap().keySet().stream()
                .anyMatch(name -> KEY_PARAMETERS.contains(name.toLowerCase(Locale.ROOT)));
        if (named || KEY.matcher(query).find()) {
            throw new ApiException(
                    400,
                    "key-in-address",
                    "a key or token does not belong into an address, which logs keep: revoke it if it was a valid one,"
                            + " and send the new one as Authorization: Bearer");
        }
    }

    /** A few bytes that say that they are compressed could become any number. */
    private static void requirePlainBody(Context context) {
        String encoding = context.header("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new ApiException(
                    415, "unsupported-encoding", "compressed bodies are not taken: send it without Content-Encoding");
        }
    }

    /** What watches a server has to get through when nothing else does. */
    private static boolean isProbe(String path) {
        return path.equals("/metrics") || path.startsWith("/v1/health/");
    }
}
