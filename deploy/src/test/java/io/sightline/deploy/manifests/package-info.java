/** Compose file, Kubernetes manifests and image: what can be wrong with them without an engine or a cluster. */
@NullMarked
package io.sightline.deploy.manifests;

import org.jspecify.annotations.NullMarked;
