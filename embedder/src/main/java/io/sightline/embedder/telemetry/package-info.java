/** Meters and traces of a process, for every service. */
@NullMarked
package io.sightline.embedder.telemetry;

import org.jspecify.annotations.NullMarked;
