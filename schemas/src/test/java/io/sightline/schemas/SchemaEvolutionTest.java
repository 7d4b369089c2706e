package io.sightline.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.CompatibilityLevel;
import io.confluent.kafka.schemaregistry.ParsedSchemaHolder;
import io.confluent.kafka.schemaregistry.SimpleParsedSchemaHolder;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.RandomData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each record is evolved the way the contract allows, and the ways that it forbids are found out. */
class SchemaEvolutionTest {

    static Stream<Schema> schemas() {
        return RecordSerdes.SCHEMAS.stream();
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void shouldReadWhatAllEarlierVersionsWrote(Schema original) throws Exception {
        Schema second = with(
                original,
                "addedText",
                Schema.createUnion(Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.STRING)),
                JsonProperties.NULL_VALUE);
        Schema third = with(second, "addedNumber", Schema.create(Schema.Type.LONG), 7L);

        List<String> problems = new AvroSchema(third)
                .isCompatible(
                        CompatibilityLevel.forName(RecordSerdes.COMPATIBILITY),
                        List.of(holder(original), holder(second)));

        assertThat(problems).isEmpty();
        for (Schema writer : List.of(original, second)) {
            GenericRecord read = rewrite(writer, third);
            assertThat(read.get("addedNumber")).isEqualTo(7L);
        }
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void shouldRefuseAFieldWithoutDefault(Schema original) {
        Schema broken = with(original, "mandatory", Schema.create(Schema.Type.LONG), null);

        assertThat(new AvroSchema(broken)
                        .isCompatible(
                                CompatibilityLevel.forName(RecordSerdes.COMPATIBILITY), List.of(holder(original))))
                .isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void shouldSurviveARoundTripOfRandomRecords(Schema schema) throws Exception {
        for (Object record : new RandomData(schema, 50, 20260101L)) {
            assertThat(decode(encode((GenericRecord) record, schema), schema, schema))
                    .isEqualTo(record);
        }
    }

    private static Schema with(
            Schema schema, String name, Schema type, @org.jspecify.annotations.Nullable Object fallback) {
        List<Field> fields = Stream.concat(
                        schema.getFields().stream().map(field -> new Field(field, field.schema())),
                        Stream.of(new Field(name, type, "added", fallback)))
                .toList();
        return Schema.createRecord(schema.getName(), schema.getDoc(), schema.getNamespace(), false, fields);
    }

    private static ParsedSchemaHolder holder(Schema schema) {
        return new SimpleParsedSchemaHolder(new AvroSchema(schema));
    }

    private static GenericRecord rewrite(Schema writer, Schema reader) throws Exception {
        GenericRecord record =
                (GenericRecord) new RandomData(writer, 1, 1L).iterator().next();
        return decode(encode(record, writer), writer, reader);
    }

    private static byte[] encode(GenericRecord record, Schema schema) throws Exception {
        var out = new java.io.ByteArrayOutputStream();
        var encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema, GenericData.get()).write(record, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private static GenericRecord decode(byte[] bytes, Schema writer, Schema reader) throws Exception {
        return new GenericDatumReader<GenericRecord>(writer, reader)
                .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
    }
}
