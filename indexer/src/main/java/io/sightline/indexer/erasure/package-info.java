/** What the indexer has to forget of deleted images, and how far every place is with it. */
@NullMarked
package io.sightline.indexer.erasure;

import org.jspecify.annotations.NullMarked;
