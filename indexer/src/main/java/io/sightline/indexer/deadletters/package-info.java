/** What the lanes gave up: reading it, telling whether it still matters, and sending it again. */
@NullMarked
package io.sightline.indexer.deadletters;

import org.jspecify.annotations.NullMarked;
