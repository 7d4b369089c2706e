package io.sightline.indexer.rollout;

import io.sightline.embedder.lanes.LaneProgress;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.Vectors;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.LabelEvent;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes what ingest and the embedders would: each version's vectors are what a test says. */
final class PlayedLanes implements AutoCloseable {

    private static final Instant NOW = Instant.ofEpochMilli(1_780_000_000_000L);

    private final RecordSerdes serdes;
    private final Admin admin;
    private final KafkaProducer<String, byte[]> producer;
    private final Map<String, Ingested> images = new TreeMap<>();

    PlayedLanes(KafkaConnection connection, RecordSerdes serdes) {
        this.serdes = serdes;
        this.admin = Admin.create(connection.admin());
        this.producer =
                new KafkaProducer<>(connection.producer("lanes"), new StringSerializer(), new ByteArraySerializer());
    }

    /** An image of an event that is written, and its content. */
    private record Ingested(byte[] content, RecordMetadata at) {}

    /** An image arrives, and its label. */
    void image(String id, byte[] content, String label) throws ExecutionException, InterruptedException {
        ImageEvent image = ImageEvent.newBuilder()
                .setPayload(new InlinePayload(ByteBuffer.wrap(content)))
                .setContentType("image/png")
                .setTags(Map.of())
                .setSource("test")
                .setEventTime(NOW)
                .build();
        byte[] value = serdes.serializer(ImageEvent.class).serialize(Topics.IMAGES, image);
        RecordMetadata at =
                producer.send(new ProducerRecord<>(Topics.IMAGES, id, value)).get();
        images.put(id, new Ingested(content, at));
        byte[] event = serdes.serializer(LabelEvent.class).serialize(Topics.LABELS, new LabelEvent(label, "test", NOW));
        producer.send(new ProducerRecord<>(Topics.LABELS, id, event)).get();
    }

    /**
     * A lane embeds all images and commits.
     *
     * @param vectors by image; without one it is an image that could not be embedded
     * @param forgotten images that the lane loses
     */
    void embed(String version, Function<String, Optional<float[]>> vectors, List<String> forgotten)
            throws ExecutionException, InterruptedException {
        String topic = Topics.embeddings(version);
        Topics topics = Topics.defaults();
        new TopicAdmin(admin).apply(List.of(topics.embeddingsTopic(version, topics.partitions())));
        for (Map.Entry<String, Ingested> image : images.entrySet()) {
            String id = image.getKey();
            if (!forgotten.contains(id)) {
                byte[] value = vectors.apply(id)
                        .map(vector -> serdes.serializer(Embedding.class)
                                .serialize(topic, embedding(version, vector, image.getValue())))
                        .orElse(null);
                // One at a time: on a topic that is new a second batch can overtake the first, which is lost then.
                producer.send(new ProducerRecord<>(topic, image.getValue().at.partition(), id, value))
                        .get();
            }
        }
        commit(version);
    }

    private void commit(String version) throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> offsets = new TreeMap<>(Comparator.comparing(TopicPartition::toString));
        new TopicAdmin(admin)
                .ends(Topics.IMAGES, IsolationLevel.READ_COMMITTED)
                .forEach((partition, end) -> offsets.put(partition, new OffsetAndMetadata(end)));
        admin.alterConsumerGroupOffsets(LaneProgress.group(version), offsets)
                .all()
                .get();
    }

    private static Embedding embedding(String version, float[] vector, Ingested image) {
        return new Embedding(
                Vectors.encode(vector),
                version,
                Sha256.hex(image.content),
                "image/png",
                Map.of(),
                NOW,
                new Coordinates(Topics.IMAGES, image.at.partition(), image.at.offset()));
    }

    @Override
    public void close() {
        producer.close();
        admin.close();
    }
}
