/** Spherical Embedding Expansion (Le and Woo, PAKDD 2024) and Proxy-Anchor (Kim et al., CVPR 2020) as TensorFlow graphs. */
@NullMarked
package io.sightline.trainer.see;

import org.jspecify.annotations.NullMarked;
