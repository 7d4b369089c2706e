/** Benchmarks: ratios and paired differences of things measured in turn, as a table and as JSON. */
@NullMarked
package io.sightline.deploy.bench;

import org.jspecify.annotations.NullMarked;
