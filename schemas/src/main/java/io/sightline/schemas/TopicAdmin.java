package io.sightline.schemas;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Brings topics to what {@link Topics} says. Applying twice changes nothing the second time. Thread-safe.
 *
 * <p>A topic with another number of partitions is refused, not changed: repartitioning would move image ids between
 * partitions and break the order per key.
 */
public final class TopicAdmin {

    private static final Duration SPREADING = Duration.ofSeconds(30);
    private static final Duration RETRY = Duration.ofMillis(200);

    private final Admin admin;

    /** Uses, and does not close, the given client. */
    public TopicAdmin(Admin admin) {
        this.admin = admin;
    }

    /** What {@link #apply} did to a topic. */
    public enum Change {
        /** It was not there. */
        CREATED,
        /** Its settings were brought in line. */
        UPDATED,
        /** It was as it should be. */
        UNCHANGED
    }

    /**
     * Creates what is missing and corrects settings, of all topics at once: a service that starts again asks the brokers for
     * each of them, and would wait for each.
     *
     * @return what was done, by topic name
     * @throws TopicConflictException if a topic exists with another number of partitions
     */
    public Map<String, Change> apply(Collection<Topic> topics) {
        List<Topic> list = List.copyOf(topics);
        List<Supplier<Change>> tasks = new ArrayList<>();
        list.forEach(topic -> tasks.add(() -> apply(topic)));
        List<Change> done = AtOnce.all(tasks);
        Map<String, Change> changes = new TreeMap<>();
        for (int i = 0; i < list.size(); i++) {
            changes.put(list.get(i).name(), done.get(i));
        }
        return changes;
    }

    /** Number of partitions of a topic, or empty if it does not exist. */
    public Optional<Integer> partitions(String topic) {
        return find(topic).map(found -> found.partitions().size());
    }

    /** What the brokers call a topic of this name, another one each time it is created; empty if there is none. */
    public Optional<String> id(String topic) {
        return find(topic).map(found -> found.topicId().toString());
    }

    /** Where each partition ends, to readers of the given isolation; none if the topic does not exist. */
    public Map<TopicPartition, Long> ends(String topic, IsolationLevel isolation) {
        int partitions = partitions(topic).orElse(0);
        Map<TopicPartition, OffsetSpec> request = new HashMap<>();
        for (int i = 0; i < partitions; i++) {
            request.put(new TopicPartition(topic, i), OffsetSpec.latest());
        }
        try {
            Map<TopicPartition, Long> ends = new HashMap<>();
            await(admin.listOffsets(request, new ListOffsetsOptions(isolation)).all())
                    .forEach((partition, info) -> ends.put(partition, info.offset()));
            return ends;
        } catch (ExecutionException e) {
            throw failure("read the end of topic " + topic, e);
        }
    }

    /** Deletes a topic; one that does not exist is no error. */
    public void delete(String topic) {
        try {
            await(admin.deleteTopics(List.of(topic)).all());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw failure("delete topic " + topic, e);
            }
        }
    }

    private Change apply(Topic topic) {
        try {
            NewTopic request = new NewTopic(
                            topic.name(),
                            Optional.of(topic.partitions()),
                            Optional.of(topic.replicationFactor()).filter(factor -> factor > 0))
                    .configs(topic.settings());
            await(admin.createTopics(List.of(request)).all());
            return Change.CREATED;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return align(topic);
            }
            throw failure("create topic " + topic.name(), e);
        }
    }

    private Change align(Topic topic) {
        long latest = System.nanoTime() + SPREADING.toNanos();
        while (true) {
            try {
                return alignOnce(topic);
            } catch (ExecutionException e) {
                // Another process has just created it, and not every broker knows yet.
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException) || System.nanoTime() > latest) {
                    throw failure("align topic " + topic.name(), e);
                }
                LockSupport.parkNanos(RETRY.toNanos());
            }
        }
    }

    private Change alignOnce(Topic topic) throws ExecutionException {
        int actual = describe(topic.name()).partitions().size();
        if (actual != topic.partitions()) {
            throw new TopicConflictException(topic.name(), topic.partitions(), actual);
        }
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
        Config current = await(
                requireNonNull(admin.describeConfigs(List.of(resource)).values().get(resource)));
        List<AlterConfigOp> operations = new ArrayList<>();
        topic.settings().forEach((name, value) -> {
            ConfigEntry entry = current.get(name);
            if (entry == null || !value.equals(entry.value())) {
                operations.add(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET));
            }
        });
        if (operations.isEmpty()) {
            return Change.UNCHANGED;
        }
        await(admin.incrementalAlterConfigs(Map.of(resource, operations)).all());
        return Change.UPDATED;
    }

    private Optional<TopicDescription> find(String topic) {
        try {
            return Optional.of(describe(topic));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw failure("describe topic " + topic, e);
        }
    }

    private TopicDescription describe(String topic) throws ExecutionException {
        return await(requireNonNull(
                admin.describeTopics(List.of(topic)).topicNameValues().get(topic)));
    }

    private static <T> T await(KafkaFuture<T> future) throws ExecutionException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    private static RuntimeException failure(String action, ExecutionException e) {
        return new IllegalStateException(
                "could not " + action + ": " + e.getCause() + BrokerAdvice.about(e.getCause()), e.getCause());
    }
}
