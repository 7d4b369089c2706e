package io.sightline.trainer.publish;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.TopicFollower;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ModelEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * The artifacts that any event of {@code sightline.models} names, also one that had no effect: which of two events has is
 * another question once compaction has removed one of them. Immutable.
 *
 * @param topicId what the brokers call the topic
 * @param folders of each version the names of its artifacts' folders, without the way there, which may be another one on
 *     another machine
 */
public record AnnouncedArtifacts(String topicId, Map<String, Set<String>> folders) {

    /** Copies the names. */
    public AnnouncedArtifacts {
        Map<String, Set<String>> copies = new HashMap<>();
        folders.forEach((version, names) -> copies.put(version, Set.copyOf(names)));
        folders = Map.copyOf(copies);
    }

    /**
     * Reads the topic from its beginning to its end.
     *
     * @throws IllegalStateException if the topic is not there, or that takes longer than the timeout
     */
    public static AnnouncedArtifacts read(KafkaConnection connection, RecordSerdes serdes, Duration timeout) {
        Map<String, Set<String>> folders = new ConcurrentHashMap<>();
        try (Admin admin = Admin.create(connection.admin());
                TopicFollower<ModelEvent> follower = new TopicFollower<>(
                        connection,
                        Topics.MODELS,
                        serdes.deserializer(ModelEvent.class),
                        (key, event, offset) -> note(event, folders))) {
            String id = new TopicAdmin(admin)
                    .id(Topics.MODELS)
                    .orElseThrow(() -> new IllegalStateException(
                            "there is no topic " + Topics.MODELS + "; create it with 'sightline topics apply'"));
            follower.open(timeout);
            return new AnnouncedArtifacts(id, folders);
        }
    }

    private static void note(@Nullable ModelEvent event, Map<String, Set<String>> folders) {
        if (event != null) {
            folders.computeIfAbsent(event.getVersion(), any -> new HashSet<>()).add(folder(event.getArtifactUri()));
        }
    }

    /** The last part of an address. */
    private static String folder(String uri) {
        String stripped = uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
        return stripped.substring(stripped.lastIndexOf('/') + 1);
    }
}
