package io.sightline.schemas;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.confluent.kafka.serializers.subject.RecordNameStrategy;
import io.sightline.schemas.avro.DeadLetter;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.Erasure;
import io.sightline.schemas.avro.ErasureDone;
import io.sightline.schemas.avro.ErasureHolder;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.LabelEvent;
import io.sightline.schemas.avro.ModelEvent;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Serdes of the records in the Confluent wire format, through the genuine Confluent client. Thread-safe; the
 * serializers that it hands out may be shared between threads too.
 *
 * <p>Subjects are named after the record, not after the topic: every version has an embeddings topic of its own and
 * they all share one schema. Schemas are registered by {@link #register()} only, never by a producer.
 */
public final class RecordSerdes {

    /** The schemas of the contract. */
    public static final List<Schema> SCHEMAS = List.of(
            ImageEvent.getClassSchema(),
            LabelEvent.getClassSchema(),
            Embedding.getClassSchema(),
            ModelEvent.getClassSchema(),
            DeadLetter.getClassSchema(),
            Erasure.getClassSchema(),
            ErasureDone.getClassSchema(),
            ErasureHolder.getClassSchema());

    /** Every schema must read what all earlier ones wrote. */
    public static final String COMPATIBILITY = "BACKWARD_TRANSITIVE";

    private static final int CACHED_SCHEMAS = 1000;
    private static final String RECORD_PACKAGE = "io.sightline.schemas.avro";

    static {
        // Avro loads record classes by name only from packages that the process trusts.
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                ClassSecurityValidator.getGlobal(),
                type -> type.getPackageName().equals(RECORD_PACKAGE)));
    }

    private final String registry;
    private final SchemaRegistryClient client;
    private final Map<String, Object> settings;

    /** Talks to the registry of the given connection; nothing is sent before the first use. */
    public RecordSerdes(KafkaConnection connection) {
        this.registry = connection.shownRegistry();
        this.settings = settings(connection);
        // With any setting at all the client reads the JVM's trusted certificates, needed or not.
        this.client = SchemaRegistryClientFactory.newClient(
                List.of(connection.schemaRegistry().split(",", -1)),
                CACHED_SCHEMAS,
                List.of(new AvroSchemaProvider()),
                connection.registryClient(),
                Map.of());
    }

    /**
     * Registers all schemas and sets their subjects to {@link #COMPATIBILITY}. Idempotent.
     *
     * @throws RegistryUnavailableException if the registry cannot be reached
     * @throws IllegalStateException if a schema is not compatible with what is registered
     */
    public void register() {
        for (Schema schema : SCHEMAS) {
            String subject = schema.getFullName();
            try {
                client.register(subject, new AvroSchema(schema));
                requireCompatibility(subject);
            } catch (IOException e) {
                throw new RegistryUnavailableException(registry, e);
            } catch (RestClientException e) {
                if (isRefusal(e)) {
                    throw new RegistryUnavailableException(registry, e);
                }
                throw new IllegalStateException(
                        "schema " + subject + " was refused by the registry at " + registry + ": " + e.getMessage()
                                + "; a newer Sightline may have registered an incompatible one",
                        e);
            }
        }
    }

    /** Sets a subject's compatibility, unless it is set: another service may be doing the same at this moment. */
    private void requireCompatibility(String subject) throws IOException, RestClientException {
        if (!isCompatibilitySet(subject)) {
            try {
                client.updateCompatibility(subject, COMPATIBILITY);
            } catch (RestClientException e) {
                if (!isCompatibilitySet(subject)) {
                    throw e;
                }
            }
        }
    }

    private boolean isCompatibilitySet(String subject) throws IOException {
        try {
            return COMPATIBILITY.equals(client.getCompatibility(subject));
        } catch (RestClientException e) {
            // 40408: the subject has no level of its own yet.
            return false;
        }
    }

    /** A serde of one record type; null passes through as a tombstone. */
    public <T extends SpecificRecord> Serde<T> serde(Class<T> type) {
        return Serdes.serdeFrom(serializer(type), deserializer(type));
    }

    /**
     * A serializer of one record type; null passes through as a tombstone. It throws
     * {@link RegistryUnavailableException} when it may work later.
     */
    public <T extends SpecificRecord> Serializer<T> serializer(Class<T> type) {
        KafkaAvroSerializer serializer = new KafkaAvroSerializer(client);
        serializer.configure(settings, false);
        return (topic, data) -> {
            try {
                return serializer.serialize(topic, data);
            } catch (SerializationException e) {
                throw isTransient(e) ? new RegistryUnavailableException(registry, e) : e;
            }
        };
    }

    /**
     * A deserializer of one record type. It throws {@link UndecodableRecordException} for bytes that will never
     * decode and {@link RegistryUnavailableException} when it may work later.
     */
    public <T extends SpecificRecord> Deserializer<T> deserializer(Class<T> type) {
        KafkaAvroDeserializer deserializer = new KafkaAvroDeserializer(client);
        deserializer.configure(settings, false);
        return (topic, data) -> decode(deserializer, type, topic, data);
    }

    @SuppressWarnings("NullAway") // Kafka's interface has tombstones in and out, without annotations.
    private <T> T decode(KafkaAvroDeserializer deserializer, Class<T> type, String topic, byte @Nullable [] data) {
        if (data == null) {
            return null;
        }
        Object decoded;
        try {
            decoded = deserializer.deserialize(topic, data);
        } catch (TimeoutException e) {
            throw new RegistryUnavailableException(registry, e);
        } catch (SerializationException | InvalidConfigurationException | AvroRuntimeException e) {
            if (isTransient(e)) {
                throw new RegistryUnavailableException(registry, e);
            }
            throw new UndecodableRecordException(type, topic, e);
        }
        if (!type.isInstance(decoded)) {
            throw new UndecodableRecordException(
                    type,
                    topic,
                    new SerializationException(
                            "it holds a " + decoded.getClass().getSimpleName()));
        }
        return type.cast(decoded);
    }

    /** The registry does not take our credentials: nothing is wrong with the record. */
    private static boolean isRefusal(RestClientException answer) {
        return answer.getStatus() == 401 || answer.getStatus() == 403;
    }

    private static boolean isTransient(Throwable failure) {
        for (@Nullable Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof RestClientException rest) {
                return rest.getStatus() >= 500 || rest.getStatus() == 429 || isRefusal(rest);
            }
            if (cause instanceof java.net.SocketException
                    || cause instanceof java.net.SocketTimeoutException
                    || cause instanceof java.net.UnknownHostException) {
                return true;
            }
        }
        return false;
    }

    private static Map<String, Object> settings(KafkaConnection connection) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("schema.registry.url", connection.schemaRegistry());
        settings.put("auto.register.schemas", false);
        settings.put("specific.avro.reader", true);
        settings.put("value.subject.name.strategy", RecordNameStrategy.class.getName());
        settings.putAll(connection.registryClient());
        return settings;
    }
}
