package io.sightline.http;

import io.javalin.security.RouteRole;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a route asks of those who call it. Every route says one; a server with a route that says none does not start. */
public enum Scope implements RouteRole {
    /** Nothing: whoever reaches the port. */
    OPEN,
    /** Sends images and labels, and takes them back. */
    INGEST,
    /** Searches, and reads what searches answer of. */
    SEARCH,
    /** Reads meters and what services are doing. */
    MONITOR,
    /** Changes which version answers, and all that the others may. */
    ADMIN;

    /** How it is written in files, tokens and answers, for instance {@code search}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The scope that a word means, empty if it means none that can be given to somebody. */
    public static Optional<Scope> ofWord(String word) {
        return grantable().stream().filter(scope -> scope.word().equals(word)).findFirst();
    }

    /** All that somebody can be given. */
    public static List<Scope> grantable() {
        return Arrays.stream(values()).filter(scope -> scope != OPEN).toList();
    }
}
