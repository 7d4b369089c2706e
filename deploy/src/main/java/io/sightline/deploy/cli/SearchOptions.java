package io.sightline.deploy.cli;

import picocli.CommandLine.Option;

/** Where the search API is. */
final class SearchOptions {

    @Option(names = "--url", description = "Address of the search API (default: ${DEFAULT-VALUE}).")
    private String url = "http://127.0.0.1:19090";

    String url() {
        return url;
    }
}
