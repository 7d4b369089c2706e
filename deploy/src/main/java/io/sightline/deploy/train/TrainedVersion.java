package io.sightline.deploy.train;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A version that was trained on a folder.
 *
 * @param version its name
 * @param parent the published version that it was compared with, null for the first
 * @param steps steps since the initial network
 * @param published whether the gate let it through
 * @param reason why, with the figures
 * @param manifestSha256 of its artifact
 * @param metrics figures by name; those on test/ begin with {@code test.}
 */
public record TrainedVersion(
        String version,
        @Nullable String parent,
        long steps,
        boolean published,
        String reason,
        String manifestSha256,
        Map<String, Double> metrics) {}
