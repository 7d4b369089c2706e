/** The trainer as a service: rounds of steps, each ended by an evaluation and perhaps a new version. */
@NullMarked
package io.sightline.trainer.rounds;

import org.jspecify.annotations.NullMarked;
