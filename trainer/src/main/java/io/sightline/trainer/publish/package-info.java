/** From trained weights to a version that others can load, and the gate in between. */
@NullMarked
package io.sightline.trainer.publish;

import org.jspecify.annotations.NullMarked;
