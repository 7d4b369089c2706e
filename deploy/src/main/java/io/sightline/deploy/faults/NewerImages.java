package io.sightline.deploy.faults;

import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.confluent.kafka.serializers.KafkaAvroSerializerConfig;
import io.confluent.kafka.serializers.subject.RecordNameStrategy;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Images as a later version of the gateway might send them: their events have a field more, with a default, as the
 * registry's compatibility asks for. Services of this version have to read them all the same.
 */
final class NewerImages {

    private static final String FIELD = "camera";

    private final KafkaConnection connection;
    private final SeededDrawings drawings;

    NewerImages(KafkaConnection connection, SeededDrawings drawings) {
        this.connection = connection;
        this.drawings = drawings;
    }

    /** The schema of image events with a field more. */
    static Schema schema() {
        Schema now = ImageEvent.getClassSchema();
        List<Schema.Field> fields = new ArrayList<>();
        now.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(new Schema.Field(FIELD, Schema.create(Schema.Type.STRING), "Who took it.", ""));
        return Schema.createRecord(now.getName(), now.getDoc(), now.getNamespace(), false, fields);
    }

    /**
     * Registers the schema and sends drawings with it, unlabelled; returns when the brokers have them.
     *
     * @param ledger is told of them
     */
    void send(int from, int count, ImageLedger ledger) {
        Map<String, Object> settings = new HashMap<>(connection.extra());
        settings.put(KafkaAvroSerializerConfig.SCHEMA_REGISTRY_URL_CONFIG, connection.schemaRegistry());
        settings.put(KafkaAvroSerializerConfig.AUTO_REGISTER_SCHEMAS, true);
        settings.put(KafkaAvroSerializerConfig.VALUE_SUBJECT_NAME_STRATEGY, RecordNameStrategy.class.getName());
        Schema schema = schema();
        try (KafkaAvroSerializer serializer = new KafkaAvroSerializer();
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                        connection.producer("faults"), new StringSerializer(), new ByteArraySerializer())) {
            serializer.configure(settings, false);
            for (int i = from; i < from + count; i++) {
                byte[] value = serializer.serialize(Topics.IMAGES, event(schema, drawings.png(i)));
                producer.send(new ProducerRecord<>(Topics.IMAGES, SeededDrawings.id(i), value));
                ledger.sent(SeededDrawings.id(i), null);
            }
            producer.flush();
        }
    }

    private static GenericRecord event(Schema schema, byte[] image) {
        GenericRecord payload = new GenericData.Record(InlinePayload.getClassSchema());
        payload.put("content", ByteBuffer.wrap(image));
        GenericRecord event = new GenericData.Record(schema);
        event.put("payload", payload);
        event.put("contentType", "image/png");
        event.put("tags", Map.of());
        event.put("source", "newer gateway");
        event.put("eventTime", Instant.now().toEpochMilli());
        event.put(FIELD, "north gate");
        return event;
    }
}
