/** The search API: every answer from one version. */
@NullMarked
package io.sightline.indexer.search;

import org.jspecify.annotations.NullMarked;
