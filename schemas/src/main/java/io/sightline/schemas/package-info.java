/**
 * The contract between the services: Avro records, topics, serdes and Kafka client settings, and nothing else.
 */
@NullMarked
package io.sightline.schemas;

import org.jspecify.annotations.NullMarked;
