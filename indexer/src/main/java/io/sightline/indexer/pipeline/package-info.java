/** What goes through the pipeline now: rates, lags, freshness. */
@NullMarked
package io.sightline.indexer.pipeline;

import org.jspecify.annotations.NullMarked;
