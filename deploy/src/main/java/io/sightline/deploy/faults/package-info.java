/** Faults on purpose: processes and brokers killed in mid-work, and what became of the images. */
@NullMarked
package io.sightline.deploy.faults;

import org.jspecify.annotations.NullMarked;
