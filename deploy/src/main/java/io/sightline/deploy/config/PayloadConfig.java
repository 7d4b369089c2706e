package io.sightline.deploy.config;

import io.sightline.deploy.stack.DataDirectory;
import io.sightline.embedder.payload.PayloadSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Where images are read from that are too large for an event. */
@ConfigMapping(prefix = "sightline.payloads")
@Doc("Images that are too large for an event, and where they lie.")
public interface PayloadConfig {

    @OnCommandLine(value = "--payloads", label = "LOCATION")
    @Doc(
            value = "Where images lie that are too large for an event: a folder, or a URI such as"
                    + " s3://bucket/payloads, or s3x://host:port/bucket/payloads for what speaks S3. The same"
                    + " for all services.",
            otherwise = "payloads/ in --dir")
    Optional<String> location();

    @OnCommandLine(value = "--fetch-from", label = "HOST")
    @Doc(
            value = "Also fetch images by https: URLs in events, from this host; *.example.org is every name"
                    + " below it. Public addresses only. Repeatable.",
            otherwise = "nothing is fetched by URL")
    Optional<Set<String>> fetchFrom();

    @WithDefault("PT30S")
    @OnCommandLine(value = "--fetch-for", label = "TIME")
    @Doc("How long one image is tried for by URL while its host cannot be reached, ISO-8601; then its"
            + " event becomes a dead letter. What comes after it in its partition waits as long.")
    Duration fetchFor();

    /** The settings; payloads lie in the given folder of data where nothing else is said. */
    static PayloadSettings settings(PayloadConfig config, Path directory) {
        String place =
                config.location().orElse(DataDirectory.payloads(directory).toString());
        return PayloadSettings.at(place)
                .withAllowedHosts(config.fetchFrom().orElse(Set.of()))
                .withFetchFor(config.fetchFor());
    }
}
