package io.sightline.deploy.bench;

import io.sightline.deploy.demo.ProceduralGallery;
import io.sightline.ingest.loader.DatasetImage;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Whole HTTP requests for a load, made beforehand as far as they can be. The gallery's drawings are the images; the number
 * of an image goes behind its end, where decoders do not look, so that each is a content of its own. Immutable.
 */
final class LoadRequests {

    private static final int K = 10;
    private static final String DRAWING = "load-gallery-";
    private static final String IMAGE = "load-";
    private static final String LOOK = "load-look-";

    private final List<byte[]> drawings;
    private final int gallery;
    private final String runId;
    private final String host;
    private final String credentials;

    /** What searches are made by. */
    enum SearchBy {
        /** An encoded image, which the indexer's network has to embed. */
        IMAGE,
        /** The id of an image in the index. */
        ID,
        /** Both in turn. */
        BOTH
    }

    /**
     * Draws the gallery.
     *
     * @param gallery images that are there before any search, of the drawings as often as it takes
     * @param runId what tells the images of this run from those of others
     * @param address of any of the services, for the Host header
     * @param key API key, empty for none
     */
    LoadRequests(int gallery, String runId, URI address, String key) throws IOException {
        this.gallery = gallery;
        this.runId = runId;
        this.host = address.getHost();
        this.credentials = key.isEmpty() ? "" : "X-Api-Key: " + key + "\r\n";
        this.drawings = new ArrayList<>();
        for (DatasetImage image : ProceduralGallery.DEFAULT.images()) {
            drawings.add(image.content().read());
        }
    }

    /** Posts an image of the gallery. */
    byte[] galleryImage(long number) {
        return image(DRAWING + runId + "-" + number, number);
    }

    /** Posts an image that is no other's. */
    byte[] image(long number) {
        return image(IMAGE + runId + "-" + number, number + gallery);
    }

    /** Posts an image that {@link #look} asks for. */
    byte[] lookedForImage(long number) {
        return image(LOOK + runId + "-" + number, -1 - number);
    }

    /** Asks whether an image is searchable. */
    byte[] look(long number) {
        return request("GET", "/v1/images/" + LOOK + runId + "-" + number + "?lineage=false", "", new byte[0]);
    }

    /** Searches for the neighbours of some drawing, or of some image of the gallery. */
    byte[] search(long number, SearchBy by) {
        SplittableRandom random = new SplittableRandom(number);
        boolean byImage = by == SearchBy.IMAGE || (by == SearchBy.BOTH && number % 2 == 0);
        if (byImage) {
            byte[] drawing = drawings.get(random.nextInt(drawings.size()));
            return request("POST", "/v1/search?k=" + K, "application/octet-stream", drawing);
        }
        String id = DRAWING + runId + "-" + random.nextInt(gallery);
        return request(
                "POST",
                "/v1/search",
                "application/json",
                ("{\"id\":\"" + id + "\",\"k\":" + K + "}").getBytes(StandardCharsets.UTF_8));
    }

    private byte[] image(String id, long content) {
        byte[] drawing = drawings.get((int) Math.floorMod(content, (long) drawings.size()));
        byte[] distinct = ByteBuffer.allocate(drawing.length + Long.BYTES)
                .put(drawing)
                .putLong(content)
                .array();
        return request("POST", "/v1/images?id=" + id, "image/png", distinct);
    }

    private byte[] request(String method, String path, String contentType, byte[] body) {
        String type = contentType.isEmpty() ? "" : "Content-Type: " + contentType + "\r\n";
        String length = body.length == 0 ? "" : "Content-Length: " + body.length + "\r\n";
        byte[] head = (method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + credentials + type + length
                        + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(head.length + body.length)
                .put(head)
                .put(body)
                .array();
    }
}
