/** Networks built in Java, once with variables to train and once with constants to serve. */
@NullMarked
package io.sightline.trainer.nets;

import org.jspecify.annotations.NullMarked;
