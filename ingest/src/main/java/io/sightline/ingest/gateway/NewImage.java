package io.sightline.ingest.gateway;

import java.util.Map;

/**
 * An image as a client sent it. The content is not copied: do not change it.
 *
 * @param content the encoded image
 * @param contentType its media type, found by magic bytes
 * @param tags free key-value pairs
 * @param source who sent it
 */
record NewImage(byte[] content, String contentType, Map<String, String> tags, String source) {}
