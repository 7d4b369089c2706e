/** Model versions on disk: written atomically, hashed file by file, verified before anything is loaded. */
@NullMarked
package io.sightline.embedder.artifact;

import org.jspecify.annotations.NullMarked;
