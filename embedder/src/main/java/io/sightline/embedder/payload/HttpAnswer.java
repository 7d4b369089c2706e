package io.sightline.embedder.payload;

/**
 * An answer to one GET. Immutable.
 *
 * @param status 200 to 599
 * @param location where a redirect leads; empty if it does not say
 * @param body the content of a 200, empty for others; treat as immutable
 */
record HttpAnswer(int status, String location, byte[] body) {}
