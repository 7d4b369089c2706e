/** Which version may answer searches, decided in one place. */
@NullMarked
package io.sightline.indexer.rollout;

import org.jspecify.annotations.NullMarked;
