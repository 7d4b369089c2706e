/** One Kafka Streams application per live model version: micro-batches, exactly once. */
@NullMarked
package io.sightline.embedder.lanes;

import org.jspecify.annotations.NullMarked;
