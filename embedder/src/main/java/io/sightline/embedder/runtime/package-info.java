/** Running a model version. */
@NullMarked
package io.sightline.embedder.runtime;

import org.jspecify.annotations.NullMarked;
