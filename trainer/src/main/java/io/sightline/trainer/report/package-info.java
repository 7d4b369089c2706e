/** What a round of training did, as a page that people can read: figures, curves and the hardest classes. */
@NullMarked
package io.sightline.trainer.report;

import org.jspecify.annotations.NullMarked;
