/**
 * A real Kafka broker in this JVM, or several in processes of their own, and a real schema registry beside them: on
 * loopback and on real disk.
 */
@NullMarked
package io.sightline.local;

import org.jspecify.annotations.NullMarked;
