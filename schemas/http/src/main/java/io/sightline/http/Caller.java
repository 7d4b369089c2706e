package io.sightline.http;

import io.javalin.http.Context;
import java.util.Set;

/**
 * Who sends a request, and what that one may. Immutable.
 *
 * @param name of the API key, or subject of the token; empty if nobody signed in
 * @param scopes what was granted; {@link Scope#ADMIN} stands for all
 */
public record Caller(String name, Set<Scope> scopes) {

    /** Whoever reaches a server that asks nobody. */
    static final Caller ANYONE = new Caller("", Set.of(Scope.ADMIN));

    /** Somebody who has not said who they are, to a server that asks. */
    static final Caller NOBODY = new Caller("", Set.of());

    private static final String ATTRIBUTE = "sightline.caller";

    /** Copies the scopes. */
    public Caller {
        scopes = Set.copyOf(scopes);
    }

    /** Who sent a request that {@link ApiServer} let through. */
    public static Caller of(Context context) {
        Caller caller = context.attribute(ATTRIBUTE);
        return caller == null ? NOBODY : caller;
    }

    /** Whether a route of the scope is for this one. */
    public boolean may(Scope scope) {
        return scope == Scope.OPEN || scopes.contains(Scope.ADMIN) || scopes.contains(scope);
    }

    boolean isNamed() {
        return !name.isEmpty();
    }

    void isCallerOf(Context context) {
        context.attribute(ATTRIBUTE, this);
    }
}
