package io.sightline.indexer.console;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.sightline.http.ApiException;
import io.sightline.http.Scope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code GET /console} and all below it: the pages, their modules, and chart.js. Only files that are named here are
 * served. They hold nothing secret: what they show they ask of the API. Thread-safe.
 */
public final class ConsolePages {

    /** Nothing of another origin, nothing inline, and nobody frames it. */
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
            + " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    static final List<String> OWN = List.of(
            "index.html",
            "icon.svg",
            "css/base.css",
            "css/components.css",
            "css/pages.css",
            "js/actions.js",
            "js/api.js",
            "js/app.js",
            "js/charts.js",
            "js/dead-letters.js",
            "js/dialogs.js",
            "js/dom.js",
            "js/figures.js",
            "js/filters.js",
            "js/format.js",
            "js/labels.js",
            "js/map.js",
            "js/models.js",
            "js/palette.js",
            "js/pipeline.js",
            "js/plane.js",
            "js/query.js",
            "js/results.js",
            "js/routes.js",
            "js/scatter.js",
            "js/search.js",
            "js/session.js",
            "js/states.js",
            "js/theme.js",
            "js/version.js");

    private static final String CHART = "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";
    private static final String START = "index.html";

    private final Map<String, ConsoleFile> files = new HashMap<>();

    /**
     * Reads all files.
     *
     * @throws IllegalStateException if one is not on the class path
     */
    public ConsolePages() {
        OWN.forEach(name -> files.put(name, ConsoleFile.read("web/" + name)));
        files.put("lib/chart.umd.min.js", ConsoleFile.read(CHART));
    }

    /** Adds the routes. */
    public void route(RoutesConfig routes) {
        routes.get("/console", this::start, Scope.OPEN);
        routes.get("/console/<file>", context -> send(context, context.pathParam("file")), Scope.OPEN);
    }

    /** Whether a request for the start of the server comes from somebody who wants to see pages. */
    public static boolean isWanted(Context context) {
        String accept = context.header("Accept");
        return accept != null && accept.contains("text/html");
    }

    /** Sends a browser to the pages. */
    public static void redirect(Context context) {
        context.redirect("console/", HttpStatus.FOUND);
    }

    /** The pages name their files relative to the folder. */
    private void start(Context context) {
        if (context.req().getRequestURI().endsWith("/")) {
            send(context, START);
        } else {
            redirect(context);
        }
    }

    private void send(Context context, String name) {
        ConsoleFile file = files.get(name);
        if (file == null) {
            throw new ApiException(
                    404, "no-such-page", "the console has no file '" + name + "'; it begins at /console/");
        }
        context.header("Content-Security-Policy", POLICY);
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Referrer-Policy", "no-referrer");
        context.header("Cross-Origin-Opener-Policy", "same-origin");
        context.header("ETag", file.tag());
        // Asked again each time, and answered with 304: after an update nobody sees half of the old pages.
        context.header("Cache-Control", "no-cache");
        String known = context.header("If-None-Match");
        if (known != null && known.contains(file.tag())) {
            context.status(HttpStatus.NOT_MODIFIED);
        } else {
            context.contentType(file.contentType()).result(file.content());
        }
    }
}
