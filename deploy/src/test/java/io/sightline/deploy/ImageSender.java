package io.sightline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.deploy.stack.Stack;
import io.sightline.indexer.deadletters.Coordinates;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Sends images to a stack: through its gateway, or past it as another producer would. */
public final class ImageSender implements AutoCloseable {

    private final Stack stack;
    private final HttpClient http = HttpClient.newHttpClient();

    public ImageSender(Stack stack) {
        this.stack = stack;
    }

    /** Through the gateway, which has to take it. */
    public void post(String id, byte[] image, Map<String, String> parameters) throws IOException, InterruptedException {
        StringBuilder query = new StringBuilder("id=").append(encoded(id));
        parameters.forEach(
                (name, value) -> query.append('&').append(name).append('=').append(encoded(value)));
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create(stack.ingestUrl() + "/v1/images?" + query))
                        .header("Content-Type", "application/octet-stream")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(image))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    }

    /** An event that looks right, whatever its content is. */
    public byte[] event(byte[] content, Instant time) {
        return new RecordSerdes(stack.connection())
                .serializer(ImageEvent.class)
                .serialize(
                        Topics.IMAGES,
                        new ImageEvent(
                                new InlinePayload(ByteBuffer.wrap(content)), "image/jpeg", Map.of(), "test", time));
    }

    /** Past the gateway, which would not take it. */
    public Coordinates produce(String id, byte @Nullable [] value) throws ExecutionException, InterruptedException {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                stack.connection().producer("test"), new StringSerializer(), new ByteArraySerializer())) {
            RecordMetadata written = producer.send(new ProducerRecord<>(Topics.IMAGES, id, value))
                    .get();
            return new Coordinates(written.topic(), written.partition(), written.offset());
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.close();
    }
}
