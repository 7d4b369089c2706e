/** Networks that others exported as SavedModels: their functions inlined, so that gradients go through them. */
@org.jspecify.annotations.NullMarked
package io.sightline.trainer.foreign;
