/**
 * The settings of all services: what there is, where values come from, what is wrong with them. A method of an
 * interface that ends in {@code Config} is a setting; its {@link io.sightline.deploy.config.Doc} says what it is.
 */
@NullMarked
package io.sightline.deploy.config;

import org.jspecify.annotations.NullMarked;
