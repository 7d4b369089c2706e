/** The trainer on a folder of images, without brokers: to try settings, and for benchmarks. */
@NullMarked
package io.sightline.deploy.train;

import org.jspecify.annotations.NullMarked;
