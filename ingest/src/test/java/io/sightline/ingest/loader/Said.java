package io.sightline.ingest.loader;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a data set says of an image, to be compared. */
record Said(String id, @Nullable String label, @Nullable String split, Map<String, String> tags) {}
