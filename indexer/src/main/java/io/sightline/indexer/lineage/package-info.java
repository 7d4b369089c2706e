/** Reads back the events that an indexed image was made of. */
@NullMarked
package io.sightline.indexer.lineage;

import org.jspecify.annotations.NullMarked;
