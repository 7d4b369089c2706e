package io.sightline.indexer.deadletters;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Where a record lies, written {@code topic-partition@offset}. Immutable. */
public record Coordinates(String topic, int partition, long offset) {

    private static final Pattern FORMAT = Pattern.compile("(.+)-(\\d{1,9})@(\\d{1,18})");

    /** Reads {@code topic-partition@offset}; empty if the text is something else. */
    public static Optional<Coordinates> parse(String text) {
        Matcher matcher = FORMAT.matcher(text);
        return matcher.matches()
                ? Optional.of(new Coordinates(
                        matcher.group(1), Integer.parseInt(matcher.group(2)), Long.parseLong(matcher.group(3))))
                : Optional.empty();
    }

    static Coordinates of(ConsumerRecord<?, ?> record) {
        return new Coordinates(record.topic(), record.partition(), record.offset());
    }

    TopicPartition topicPartition() {
        return new TopicPartition(topic, partition);
    }

    @Override
    public String toString() {
        return topic + "-" + partition + "@" + offset;
    }
}
