/** The bulk loader: folders, archives, manifests and benchmark sets through the gateway. */
@NullMarked
package io.sightline.ingest.loader;

import org.jspecify.annotations.NullMarked;
