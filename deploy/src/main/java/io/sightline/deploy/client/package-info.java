/** The search API as any client sees it. */
@NullMarked
package io.sightline.deploy.client;

import org.jspecify.annotations.NullMarked;
