/** What strangers may try, and what they get. */
@NullMarked
package io.sightline.deploy.attacks;

import org.jspecify.annotations.NullMarked;
