/** The sightline command. */
@NullMarked
package io.sightline.deploy.cli;

import org.jspecify.annotations.NullMarked;
