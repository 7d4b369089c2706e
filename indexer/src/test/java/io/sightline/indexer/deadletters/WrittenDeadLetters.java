package io.sightline.indexer.deadletters;

import io.sightline.embedder.testing.TestKafka;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.DeadLetter;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.ImageEvent;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A real broker and registry, and the dead letters that a test writes as a lane would. */
final class WrittenDeadLetters implements AutoCloseable {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    private final TestKafka cluster;
    private final RecordSerdes serdes;
    private final KafkaProducer<String, byte[]> producer;
    private int written;

    WrittenDeadLetters(Path root) {
        this.cluster = TestKafka.start(root);
        this.serdes = new RecordSerdes(connection());
        serdes.register();
        try (Admin admin = Admin.create(connection().admin())) {
            new TopicAdmin(admin).apply(Topics.defaults().fixed());
        }
        this.producer =
                new KafkaProducer<>(connection().producer("test"), new StringSerializer(), new ByteArraySerializer());
    }

    KafkaConnection connection() {
        return cluster.connection();
    }

    /** Writes an image event with the given bytes, and that it was given up; the id of that. */
    String add(DeadLetterReason reason, String id, byte[] event) throws ExecutionException, InterruptedException {
        RecordMetadata image =
                producer.send(new ProducerRecord<>(Topics.IMAGES, id, event)).get();
        DeadLetter letter = DeadLetter.newBuilder()
                .setReason(reason)
                .setDetail("written by a test")
                .setKey(id)
                .setValue(ByteBuffer.wrap(event))
                .setTopic(image.topic())
                .setPartition(image.partition())
                .setOffset(image.offset())
                .setModelVersion("v1")
                .setEventTime(NOW.plusSeconds(written++))
                .build();
        byte[] value = serdes.serializer(DeadLetter.class).serialize(Topics.DEAD_LETTERS, letter);
        RecordMetadata dead = producer.send(new ProducerRecord<>(Topics.DEAD_LETTERS, id, value))
                .get();
        return dead.partition() + "-" + dead.offset();
    }

    /** An image event as the gateway writes it. */
    byte[] event(Object payload) {
        return serdes.serializer(ImageEvent.class)
                .serialize(Topics.IMAGES, new ImageEvent(payload, "image/png", Map.of(), "camera", NOW));
    }

    /** An event of an image that something newer takes the place of. */
    void replace(String id) throws ExecutionException, InterruptedException {
        producer.send(new ProducerRecord<>(Topics.IMAGES, id, new byte[] {1})).get();
    }

    @Override
    public void close() {
        producer.close();
        cluster.close();
    }
}
