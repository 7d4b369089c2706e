/** The retrieval store on an OpenSearch cluster with the k-NN plugin, for those who outgrow one machine. */
@NullMarked
package io.sightline.indexer.store.opensearch;

import org.jspecify.annotations.NullMarked;
