package io.sightline.indexer.rollout.gates;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.runtime.NoUnitVectorException;
import io.sightline.embedder.runtime.VersionNetwork;
import io.sightline.http.ApiException;
import io.sightline.indexer.lineage.ImageSource;
import io.sightline.indexer.store.StoredImage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Embeds the content of indexed images once more. What cannot be had is left out and counted. Not thread-safe.
 *
 * <p>On failure: each image that cannot be had now may take seconds, so after {@value #MOST_IN_A_ROW} in a row the store
 * or the broker counts as being away.
 */
final class Reembedding {

    private static final int MOST_IN_A_ROW = 10;
    private static final int GONE = 410;

    private final ImageSource source;
    private final VersionNetwork network;
    private final StopSign stop;
    private int gone;
    private int unavailable;
    private int unavailableInARow;

    /** Uses, and does not close, what it is given. */
    Reembedding(ImageSource source, VersionNetwork network, StopSign stop) {
        this.source = source;
        this.network = network;
        this.stop = stop;
    }

    /**
     * An image and its vector of now.
     *
     * @param vector [d], unit length; null if the network refuses its content by now
     */
    record Embedded(StoredImage image, float @Nullable [] vector) {}

    /** Images whose event or content is not there any more. */
    int gone() {
        return gone;
    }

    /** Images whose content could not be had at this time. */
    int unavailable() {
        return unavailable;
    }

    /**
     * Embeds a batch.
     *
     * @return those whose content could be had
     * @throws IllegalStateException if contents cannot be had now; look again later
     */
    List<Embedded> embed(List<StoredImage> batch) {
        List<Embedded> embedded = new ArrayList<>();
        List<StoredImage> images = new ArrayList<>();
        List<byte[]> pixels = new ArrayList<>();
        for (StoredImage image : batch) {
            stop.check();
            byte[] content = content(image);
            if (content == null) {
                continue;
            }
            try {
                pixels.add(network.pixels(content));
                images.add(image);
            } catch (RejectedImageException e) {
                embedded.add(new Embedded(image, null));
            }
        }
        if (!images.isEmpty()) {
            List<float @Nullable []> vectors = vectors(pixels);
            for (int i = 0; i < images.size(); i++) {
                embedded.add(new Embedded(images.get(i), vectors.get(i)));
            }
        }
        return embedded;
    }

    /** Null if it cannot be had. */
    private byte @Nullable [] content(StoredImage image) {
        try {
            byte[] content = source.content(image, source.event(image).event());
            unavailableInARow = 0;
            return content;
        } catch (ApiException e) {
            if (e.status() == GONE) {
                gone++;
                unavailableInARow = 0;
                return null;
            }
            unavailable++;
            unavailableInARow++;
            if (unavailableInARow == MOST_IN_A_ROW) {
                throw new IllegalStateException(
                        MOST_IN_A_ROW + " images in a row cannot be had now, the last one because: " + e.getMessage(),
                        e);
            }
            return null;
        }
    }

    private List<float @Nullable []> vectors(List<byte[]> pixels) {
        try {
            return List.of(network.embedPixels(pixels));
        } catch (NoUnitVectorException e) {
            List<float @Nullable []> vectors = new ArrayList<>();
            for (byte[] one : pixels) {
                vectors.add(vector(one));
            }
            return vectors;
        }
    }

    private float @Nullable [] vector(byte[] pixels) {
        try {
            return network.embedPixels(List.of(pixels))[0];
        } catch (NoUnitVectorException e) {
            return null;
        }
    }
}
