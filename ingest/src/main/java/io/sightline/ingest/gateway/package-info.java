/** The HTTP gateway: images and labels in, acknowledged when the brokers have them. */
@NullMarked
package io.sightline.ingest.gateway;

import org.jspecify.annotations.NullMarked;
