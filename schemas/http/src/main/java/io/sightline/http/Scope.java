package io.sightline.http;

import io.javalin.security.RouteRole;

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
    ADMIN
}
