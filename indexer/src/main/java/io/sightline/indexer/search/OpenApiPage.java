package io.sightline.indexer.search;

import io.javalin.config.RoutesConfig;
import io.sightline.http.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** {@code GET /openapi.yaml}: the description of all routes. */
final class OpenApiPage {

    private static final String FILE = "openapi.yaml";

    private OpenApiPage() {}

    static void register(RoutesConfig routes) {
        byte[] description = read();
        routes.get(
                "/" + FILE, context -> context.contentType("application/yaml").result(description), Scope.OPEN);
    }

    private static byte[] read() {
        try (InputStream in =
                Objects.requireNonNull(OpenApiPage.class.getResourceAsStream(FILE), FILE + " is missing in the jar")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(FILE + " cannot be read from the jar", e);
        }
    }
}
