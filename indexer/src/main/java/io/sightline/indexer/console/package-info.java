/** The console: web pages that talk to the indexer's own API. */
@NullMarked
package io.sightline.indexer.console;

import org.jspecify.annotations.NullMarked;
