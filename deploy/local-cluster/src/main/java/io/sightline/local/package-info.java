/** A real Kafka broker in this JVM and a real schema registry beside it, both on loopback and on real disk. */
@NullMarked
package io.sightline.local;

import org.jspecify.annotations.NullMarked;
