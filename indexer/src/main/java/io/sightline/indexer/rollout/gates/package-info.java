/** What a version must show before it answers searches. */
@NullMarked
package io.sightline.indexer.rollout.gates;

import org.jspecify.annotations.NullMarked;
