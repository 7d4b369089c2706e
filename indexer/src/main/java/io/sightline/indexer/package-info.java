/** The retrieval side: indexes, rollout, search. */
@NullMarked
package io.sightline.indexer;

import org.jspecify.annotations.NullMarked;
