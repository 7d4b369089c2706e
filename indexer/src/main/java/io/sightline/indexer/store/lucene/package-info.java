/** The embedded retrieval store: one Lucene index per model version. */
@NullMarked
package io.sightline.indexer.store.lucene;

import org.jspecify.annotations.NullMarked;
