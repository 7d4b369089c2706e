/** The embedding map: a sample of an index in the plane. */
@NullMarked
package io.sightline.indexer.embeddingmap;

import org.jspecify.annotations.NullMarked;
