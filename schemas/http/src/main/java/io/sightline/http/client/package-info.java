/** How our own programs call the HTTP APIs: with which key, and whom they trust. */
@NullMarked
package io.sightline.http.client;

import org.jspecify.annotations.NullMarked;
