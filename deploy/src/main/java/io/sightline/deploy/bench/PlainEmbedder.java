package io.sightline.deploy.bench;

import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.Topics;
import io.sightline.schemas.Vectors;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/**
 * What people write today, with our decoder, network and records: a loop that is at least once, and a Kafka Streams
 * application that is exactly once and embeds one record at a time. Thread-safe.
 */
final class PlainEmbedder {

    private static final Duration POLL = Duration.ofMillis(50);
    private static final int MAX_POLL_RECORDS = 500;

    private final KafkaConnection connection;
    private final EmbeddingModel model;
    private final Preprocessor preprocessor;
    private final String output;
    private final int batch;
    private final Deserializer<ImageEvent> images;
    private final Serializer<Embedding> embeddings;

    /** Uses, and does not close, what it is given; writes to the version's topic, which must exist. */
    PlainEmbedder(
            KafkaConnection connection,
            RecordSerdes serdes,
            EmbeddingModel model,
            Preprocessor preprocessor,
            int batch) {
        this.connection = connection;
        this.model = model;
        this.preprocessor = preprocessor;
        this.output = Topics.embeddings(model.version());
        this.batch = batch;
        this.images = serdes.deserializer(ImageEvent.class);
        this.embeddings = serdes.serializer(Embedding.class);
    }

    /**
     * Polls, decodes on all cores, embeds in batches, produces, flushes, commits; until so many records are done.
     *
     * @param decoders the caller's, as the network is: their time is read after the last record
     * @param network calls the network
     * @param measured waited for before the clients, whose time is read too, are closed
     */
    void loop(int records, ExecutorService decoders, ExecutorService network, CountDownLatch measured) {
        Map<String, Object> settings = new HashMap<>(connection.assignedConsumer("bench-loop"));
        settings.put("group.id", "bench-loop-" + model.version());
        settings.put("max.poll.records", MAX_POLL_RECORDS);
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                        settings, new StringDeserializer(), Serdes.ByteArray().deserializer());
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                        connection.producer("bench-loop"), new StringSerializer(), new ByteArraySerializer())) {
            consumer.subscribe(List.of(Topics.IMAGES));
            int done = 0;
            while (done < records) {
                List<ConsumerRecord<String, byte[]>> polled = new ArrayList<>();
                consumer.poll(POLL).forEach(polled::add);
                embed(polled, decoders, network).forEach(producer::send);
                producer.flush();
                consumer.commitSync();
                done += polled.size();
            }
            measured.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts the application that embeds one record at a time, exactly once. */
    KafkaStreams oneByOne(String stateDirectory) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(Topics.IMAGES, Consumed.with(Serdes.String(), Serdes.ByteArray()))
                .mapValues(this::embedOne)
                .to(output, Produced.with(Serdes.String(), Serdes.ByteArray()));
        Properties properties = connection.streams("bench-one-by-one-" + model.version(), stateDirectory);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 200);
        KafkaStreams streams = new KafkaStreams(builder.build(), properties);
        streams.start();
        return streams;
    }

    private record Read(ConsumerRecord<String, byte[]> record, ImageEvent event, byte[] content, byte[] pixels) {}

    private List<ProducerRecord<String, byte[]>> embed(
            List<ConsumerRecord<String, byte[]>> polled, ExecutorService decoders, ExecutorService network) {
        List<CompletableFuture<Read>> reading = polled.stream()
                .map(record -> CompletableFuture.supplyAsync(() -> read(record), decoders))
                .toList();
        List<ProducerRecord<String, byte[]>> results = new ArrayList<>(polled.size());
        for (int from = 0; from < reading.size(); from += batch) {
            List<Read> some = reading.subList(from, Math.min(reading.size(), from + batch)).stream()
                    .map(CompletableFuture::join)
                    .toList();
            float[][] vectors = CompletableFuture.supplyAsync(
                            () -> model.embed(some.stream().map(Read::pixels).toList()), network)
                    .join();
            for (int i = 0; i < vectors.length; i++) {
                ConsumerRecord<String, byte[]> record = some.get(i).record;
                byte[] value = value(
                        some.get(i).event,
                        some.get(i).content,
                        vectors[i],
                        new Coordinates(record.topic(), record.partition(), record.offset()));
                results.add(new ProducerRecord<>(output, record.partition(), record.key(), value));
            }
        }
        return results;
    }

    private Read read(ConsumerRecord<String, byte[]> record) {
        ImageEvent event = images.deserialize(record.topic(), record.value());
        byte[] content = content(event);
        return new Read(record, event, content, pixels(content));
    }

    private byte[] embedOne(byte[] value) {
        ImageEvent event = images.deserialize(Topics.IMAGES, value);
        byte[] content = content(event);
        return value(event, content, model.embed(pixels(content)), new Coordinates(Topics.IMAGES, 0, 0L));
    }

    private byte[] value(ImageEvent event, byte[] content, float[] vector, Coordinates origin) {
        Embedding embedding = new Embedding(
                Vectors.encode(vector),
                model.version(),
                Sha256.hex(content),
                event.getContentType(),
                event.getTags(),
                event.getEventTime(),
                origin);
        return embeddings.serialize(output, embedding);
    }

    private static byte[] content(ImageEvent event) {
        ByteBuffer buffer = ((InlinePayload) event.getPayload()).getContent().duplicate();
        byte[] content = new byte[buffer.remaining()];
        buffer.get(content);
        return content;
    }

    private byte[] pixels(byte[] content) {
        try {
            return preprocessor.pixels(content);
        } catch (RejectedImageException e) {
            throw new CompletionException(e);
        }
    }
}
