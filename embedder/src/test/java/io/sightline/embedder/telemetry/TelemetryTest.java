package io.sightline.embedder.telemetry;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** A real client, of a broker that is not there. */
class TelemetryTest {

    /** Otherwise the client, and all that it refers to, would stay in memory for as long as the process runs. */
    @Test
    void shouldLeaveNothingBehindOfAClientThatIsClosed() {
        Set<Thread> before = threads();
        try (Telemetry telemetry = Telemetry.withoutSpans()) {
            KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                    Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:1"),
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
            Telemetry.Watch watch = telemetry.watch(producer);
            assertThat(ofKafka(telemetry)).isTrue();
            assertThat(threads()).anyMatch(thread -> !before.contains(thread));

            producer.close(Duration.ZERO);
            watch.close();

            assertThat(ofKafka(telemetry)).isFalse();
            await().untilAsserted(() -> assertThat(before).containsAll(threads()));
        }
    }

    private static boolean ofKafka(Telemetry telemetry) {
        return telemetry.meters().getMeters().stream()
                .anyMatch(meter -> meter.getId().getName().startsWith("kafka."));
    }

    private static Set<Thread> threads() {
        Predicate<Thread> looks = thread -> thread.getName().contains("kafka-metrics");
        return Thread.getAllStackTraces().keySet().stream().filter(looks).collect(Collectors.toSet());
    }
}
