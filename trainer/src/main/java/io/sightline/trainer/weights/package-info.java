/** Weight files of other frameworks: read, checked, written. */
@org.jspecify.annotations.NullMarked
package io.sightline.trainer.weights;
