/** Draws high-dimensional vectors in the plane: principal components, then t-SNE. */
@NullMarked
package io.sightline.indexer.projection;

import org.jspecify.annotations.NullMarked;
