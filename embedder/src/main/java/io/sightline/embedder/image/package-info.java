/** From encoded bytes to pixels: header checks, limits, decoding and resizing. The one path for embedder, trainer and search. */
@NullMarked
package io.sightline.embedder.image;

import org.jspecify.annotations.NullMarked;
