package io.sightline.embedder.lanes;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives Kafka Streams clients that commit no offset past a record in flight, see {@link Watermarks}: a producer that
 * holds back the offsets of a transaction, and, for at-least-once processing, a consumer that holds back its commits. Both
 * refuse, loudly, what is still past one: {@link Watermarks#requireBehind}.
 */
final class WatermarkClientSupplier implements KafkaClientSupplier {

    private final Watermarks watermarks;

    WatermarkClientSupplier(Watermarks watermarks) {
        this.watermarks = watermarks;
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    @SuppressWarnings("unchecked") // A proxy of the interface is one.
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        Producer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        return (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                Producer.class.getClassLoader(), new Class<?>[] {Producer.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("sendOffsetsToTransaction")) {
                        arguments[0] = committable((Map<TopicPartition, OffsetAndMetadata>) arguments[0]);
                    }
                    return invoke(producer, method, arguments);
                });
    }

    @Override
    @SuppressWarnings("unchecked") // A proxy of the interface is one.
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        Consumer<byte[], byte[]> consumer = consumer(config);
        return (Consumer<byte[], byte[]>) Proxy.newProxyInstance(
                Consumer.class.getClassLoader(), new Class<?>[] {Consumer.class}, (proxy, method, arguments) -> {
                    boolean commits = method.getName().equals("commitSync")
                            || method.getName().equals("commitAsync");
                    if (commits && arguments != null && arguments[0] instanceof Map<?, ?> offsets) {
                        arguments[0] = committable((Map<TopicPartition, OffsetAndMetadata>) offsets);
                    } else if (commits) {
                        throw new IllegalStateException(
                                "a commit without offsets would commit what is in flight; name the offsets");
                    }
                    return invoke(consumer, method, arguments);
                });
    }

    private Map<TopicPartition, OffsetAndMetadata> committable(Map<TopicPartition, OffsetAndMetadata> consumed) {
        Map<TopicPartition, OffsetAndMetadata> heldBack = watermarks.heldBack(consumed);
        watermarks.requireBehind(heldBack);
        return heldBack;
    }

    @SuppressWarnings("NullAway") // A method without parameters or result has null for them.
    private static Object invoke(Object client, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(client, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    private static Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
