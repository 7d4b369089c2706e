/** Retrieval figures on the holdout, and whether a difference is more than noise. */
@NullMarked
package io.sightline.trainer.evaluation;

import org.jspecify.annotations.NullMarked;
