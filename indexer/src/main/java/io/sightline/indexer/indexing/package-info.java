/** From the embeddings topic of a version into its store. */
@NullMarked
package io.sightline.indexer.indexing;

import org.jspecify.annotations.NullMarked;
