package io.sightline.deploy.cli;

import io.sightline.deploy.stack.DataDirectory;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.embedder.payload.UrlFetchSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where images are read from that are too large for an event. */
final class PayloadSourceOptions {

    @Option(
            names = "--payloads",
            paramLabel = "LOCATION",
            description = "Where images lie that are too large for an event: a folder, or a URI such as"
                    + " s3://bucket/payloads, or s3x://host:port/bucket/payloads for what speaks S3. The same for all"
                    + " services (default: payloads/ in --dir).")
    private @Nullable String location;

    @Option(
            names = "--fetch-from",
            paramLabel = "HOST",
            description =
                    "Also fetch images by https: URLs in events, from this host; *.example.org is every name below"
                            + " it. Public addresses only. Repeatable (default: nothing is fetched by URL).")
    private Set<String> hosts = Set.of();

    @Option(
            names = "--fetch-for",
            paramLabel = "TIME",
            description = "How long one image is tried for by URL while its host cannot be reached, ISO-8601; then its"
                    + " event becomes a dead letter. What comes after it in its partition waits as long (default:"
                    + " ${DEFAULT-VALUE}).")
    private Duration fetchFor = UrlFetchSettings.DEFAULT_GIVE_UP_AFTER;

    /** The settings; payloads lie in the given folder of data where the options leave it open. */
    PayloadSettings settings(Path directory) {
        String place = location == null ? DataDirectory.payloads(directory).toString() : location;
        return PayloadSettings.at(place).withAllowedHosts(hosts).withFetchFor(fetchFor);
    }
}
