/** Whether topics and index agree, found out without the services. */
@NullMarked
package io.sightline.deploy.check;

import org.jspecify.annotations.NullMarked;
