/** The retrieval store of one model version, whatever it is made of. */
@NullMarked
package io.sightline.indexer.store;

import org.jspecify.annotations.NullMarked;
