/** The bulk loader: folders, archives and manifests through the gateway. */
@NullMarked
package io.sightline.ingest.loader;

import org.jspecify.annotations.NullMarked;
