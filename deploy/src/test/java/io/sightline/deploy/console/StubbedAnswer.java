package io.sightline.deploy.console;

import com.microsoft.playwright.Route;

/** What a page is answered in the place of the server. */
final class StubbedAnswer {

    private StubbedAnswer() {}

    /** An error of the API. */
    static void refuse(Route route, int status, String type, String message) {
        json(route, status, "{\"error\":{\"type\":\"" + type + "\",\"message\":\"" + message + "\"}}");
    }

    static void json(Route route, int status, String body) {
        route.fulfill(new Route.FulfillOptions()
                .setStatus(status)
                .setContentType("application/json")
                .setBody(body));
    }
}
