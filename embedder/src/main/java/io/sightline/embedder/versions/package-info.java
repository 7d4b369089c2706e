/** The view of {@code sightline.models} that every service decides by. */
@NullMarked
package io.sightline.embedder.versions;

import org.jspecify.annotations.NullMarked;
