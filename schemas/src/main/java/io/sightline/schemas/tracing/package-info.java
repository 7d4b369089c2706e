/** W3C trace context in the headers of Kafka records. */
@NullMarked
package io.sightline.schemas.tracing;

import org.jspecify.annotations.NullMarked;
