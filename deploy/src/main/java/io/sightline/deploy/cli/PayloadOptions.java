package io.sightline.deploy.cli;

import io.sightline.embedder.payload.PayloadSettings;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which images are too large for an event, and where they lie. */
final class PayloadOptions {

    @Mixin
    private PayloadSourceOptions source = new PayloadSourceOptions();

    @Option(
            names = "--inline-max-bytes",
            paramLabel = "BYTES",
            description =
                    "Ingest stores images above this among the payloads, by their hash, and writes a reference into"
                            + " the event (default: ${DEFAULT-VALUE}).")
    private int inlineMaxBytes = PayloadSettings.DEFAULT_INLINE_MAX_BYTES;

    /** The settings; payloads lie in the given folder of data where the options leave it open. */
    PayloadSettings settings(Path directory) {
        return source.settings(directory).withInlineMaxBytes(inlineMaxBytes);
    }
}
