/** The demonstration: a gallery, the whole line, and figures measured from outside. */
@NullMarked
package io.sightline.deploy.demo;

import org.jspecify.annotations.NullMarked;
