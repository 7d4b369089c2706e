package io.sightline.embedder.lanes;

import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.DeadLetter;
import io.sightline.schemas.avro.Embedding;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** images -> embed -> embeddings of one version, with a side door to the dead letters. */
final class LaneTopology {

    private static final String SOURCE = "images";
    private static final String PROCESSOR = "embed";

    private LaneTopology() {}

    static Topology build(EmbedProcessor.LaneParts parts, RecordSerdes serdes) {
        StreamPartitioner<String, LaneOutput> samePartition =
                (topic, key, output, partitions) -> Optional.of(Set.of(output.partition()));
        return new Topology()
                .addSource(SOURCE, new StringDeserializer(), new ByteArrayDeserializer(), parts.inputTopic())
                .addProcessor(PROCESSOR, () -> new EmbedProcessor(parts), SOURCE)
                .addSink(
                        EmbedProcessor.EMBEDDINGS,
                        Topics.embeddings(parts.version()),
                        new StringSerializer(),
                        unwrapping(serdes.serializer(Embedding.class), Embedding.class),
                        samePartition,
                        PROCESSOR)
                .addSink(
                        EmbedProcessor.DEAD_LETTERS,
                        Topics.DEAD_LETTERS,
                        new StringSerializer(),
                        unwrapping(serdes.serializer(DeadLetter.class), DeadLetter.class),
                        PROCESSOR);
    }

    @SuppressWarnings("NullAway") // A tombstone is null on the wire.
    private static <T extends SpecificRecord> Serializer<LaneOutput> unwrapping(
            Serializer<T> serializer, Class<T> type) {
        return (topic, output) ->
                output.value() == null ? null : serializer.serialize(topic, type.cast(output.value()));
    }
}
