/** What the HTTP APIs have in common: one server set-up, one format of errors. */
@NullMarked
package io.sightline.http;

import org.jspecify.annotations.NullMarked;
