/** All services on one folder, in one process. */
@NullMarked
package io.sightline.deploy.stack;

import org.jspecify.annotations.NullMarked;
