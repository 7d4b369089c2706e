/** One OpenSearch node in a process of its own: its libraries must never meet those of Sightline. */
@NullMarked
package io.sightline.opensearch;

import org.jspecify.annotations.NullMarked;
