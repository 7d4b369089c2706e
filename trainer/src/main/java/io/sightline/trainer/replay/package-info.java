/** The labelled part of the stream, joined and kept within bounds for training. */
@NullMarked
package io.sightline.trainer.replay;

import org.jspecify.annotations.NullMarked;
