package io.sightline.ingest.loader;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One image of a data set, not read yet.
 *
 * @param id id it will have
 * @param label its class, null if the set does not say
 * @param split train, test or val where the set is so split, else null
 * @param tags further tags
 * @param content reads the encoded image
 */
public record DatasetImage(
        String id, @Nullable String label, @Nullable String split, Map<String, String> tags, Content content) {

    /** Tag of a test image that only asks, or only answers, where a data set has its queries apart from its gallery. */
    public static final String ROLE = "role";

    /** Role of an image that asks. */
    public static final String QUERY = "query";

    /** Role of an image that answers. */
    public static final String GALLERY = "gallery";

    /** Reads an encoded image. */
    @FunctionalInterface
    public interface Content {
        /** All of its bytes. */
        byte[] read() throws IOException;
    }

    /**
     * The tags that it is sent with: its own, its split, and its class folder for people to filter by. The trainer
     * reads labels, never tags.
     */
    public Map<String, String> allTags() {
        Map<String, String> all = new TreeMap<>(tags);
        if (split != null) {
            all.put("split", split);
        }
        if (label != null) {
            all.put("class", label);
        }
        return all;
    }

    /** Whether it only asks or only answers when something is measured by the data set; empty where it does both. */
    public Optional<String> role() {
        return Optional.ofNullable(tags.get(ROLE));
    }

    /** Whether it is measured on. */
    public boolean isTest() {
        return "test".equals(split);
    }

    /** Whether it only asks. */
    public boolean isQuery() {
        return role().filter(QUERY::equals).isPresent();
    }

    /** The same image with another role. */
    DatasetImage withRole(String role) {
        Map<String, String> all = new TreeMap<>(tags);
        all.put(ROLE, role);
        return new DatasetImage(id, label, split, all, content);
    }

    /** The same image in another split. */
    public DatasetImage withSplit(String other) {
        return new DatasetImage(id, label, other, tags, content);
    }
}
