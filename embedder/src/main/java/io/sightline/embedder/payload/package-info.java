/** Claim checks: images too large for an event, stored by their hash, read back, verified and cached. */
@NullMarked
package io.sightline.embedder.payload;

import org.jspecify.annotations.NullMarked;
