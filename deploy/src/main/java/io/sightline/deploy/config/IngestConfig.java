package io.sightline.deploy.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What ingest takes. */
@ConfigMapping(prefix = "sightline.ingest")
@Doc("What the ingest API does with images.")
public interface IngestConfig {

    @WithDefault("524288")
    @OnCommandLine(value = "--inline-max-bytes", label = "BYTES")
    @Between(least = 0)
    @Doc("Ingest stores images above this among the payloads, by their hash, and writes a reference into the event.")
    int inlineMaxBytes();
}
