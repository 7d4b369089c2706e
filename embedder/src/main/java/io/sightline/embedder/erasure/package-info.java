/** Erasures of deleted images: who has to forget what, and who has. */
@NullMarked
package io.sightline.embedder.erasure;

import org.jspecify.annotations.NullMarked;
