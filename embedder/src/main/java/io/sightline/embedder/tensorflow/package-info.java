/** The one native TensorFlow library that DJL and TF-Java share. */
@NullMarked
package io.sightline.embedder.tensorflow;

import org.jspecify.annotations.NullMarked;
