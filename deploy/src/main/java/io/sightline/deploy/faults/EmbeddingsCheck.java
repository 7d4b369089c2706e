package io.sightline.deploy.faults;

import io.sightline.deploy.check.TopicScan;
import io.sightline.deploy.check.VectorTolerance;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.Vectors;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.Embedding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Compares the committed embeddings of a version with what its network gives for the images that were sent, here, all of
 * them. Each image was sent once, so each must be embedded once. Not thread-safe.
 */
final class EmbeddingsCheck {

    private static final int BATCH = 128;
    private static final int MOST_EXAMPLES = 20;

    private final KafkaConnection connection;
    private final Deserializer<Embedding> deserializer;
    private final SeededDrawings drawings;
    private final int images;
    private final Map<String, ImageFeed.Position> sent;
    private final List<String> examples = new ArrayList<>();

    /**
     * Prepares a check.
     *
     * @param images drawings that were sent
     * @param sent where the event of each lies
     */
    EmbeddingsCheck(
            KafkaConnection connection,
            RecordSerdes serdes,
            SeededDrawings drawings,
            int images,
            Map<String, ImageFeed.Position> sent) {
        this.connection = connection;
        this.deserializer = serdes.deserializer(Embedding.class);
        this.drawings = drawings;
        this.images = images;
        this.sent = sent;
    }

    /** Checks a version; the progress is told how many images have been compared. */
    VersionOutcome run(ModelArtifact artifact, LongConsumer progress) {
        String version = artifact.descriptor().version();
        Map<String, Embedding> embeddings = new HashMap<>();
        int duplicates = read(version, embeddings);
        int missing = 0;
        int wrong = 0;
        int alike = 0;
        try (EmbeddingModel model = EmbeddingModel.load(artifact);
                Preprocessor preprocessor =
                        new Preprocessor(artifact.descriptor().preprocessing(), ImageLimits.DEFAULT)) {
            float[] before = new float[0];
            for (int from = 0; from < images; from += BATCH) {
                int to = Math.min(images, from + BATCH);
                float[][] vectors = model.embed(pixels(preprocessor, from, to));
                for (int i = from; i < to; i++) {
                    String id = SeededDrawings.id(i);
                    float[] expected = vectors[i - from];
                    Embedding embedding = embeddings.remove(id);
                    if (embedding == null) {
                        missing++;
                        note(version, "missing", id);
                    } else if (!isRight(embedding, version, id, expected)) {
                        wrong++;
                        note(version, "wrong", id);
                    }
                    alike += VectorTolerance.holds(before, expected) ? 1 : 0;
                    before = expected;
                }
                progress.accept(to);
            }
        }
        // What is left was never sent.
        embeddings.keySet().forEach(id -> note(version, "of no image", id));
        return new VersionOutcome(version, images, missing, duplicates, wrong + embeddings.size(), alike);
    }

    /** Some image ids of each kind of fault, by what is wrong with them. */
    List<String> examples() {
        return List.copyOf(examples);
    }

    /** Fills in the newest embedding of each image; returns how many images had one before, counted each time. */
    private int read(String version, Map<String, Embedding> newest) {
        Map<String, Integer> seen = new HashMap<>();
        TopicScan.forEach(connection, Topics.embeddings(version), record -> {
            if (seen.merge(record.key(), 1, Integer::sum) > 1) {
                note(version, "duplicate", record.key());
            }
            if (record.value() == null) {
                newest.remove(record.key());
            } else {
                newest.put(record.key(), deserializer.deserialize(record.topic(), record.value()));
            }
        });
        return seen.values().stream().mapToInt(count -> count - 1).sum();
    }

    private boolean isRight(Embedding embedding, String version, String id, float[] expected) {
        Coordinates origin = embedding.getOrigin();
        return embedding.getModelVersion().equals(version)
                && new ImageFeed.Position(origin.getPartition(), origin.getOffset()).equals(sent.get(id))
                && VectorTolerance.holds(Vectors.decode(embedding.getVector()), expected);
    }

    private List<byte[]> pixels(Preprocessor preprocessor, int from, int to) {
        List<byte[]> pixels = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            try {
                pixels.add(preprocessor.pixels(drawings.png(i)));
            } catch (RejectedImageException e) {
                throw new IllegalStateException(SeededDrawings.id(i) + " cannot be decoded here", e);
            }
        }
        return pixels;
    }

    private void note(String version, String what, String id) {
        if (examples.size() < MOST_EXAMPLES) {
            examples.add(version + " " + what + ": " + id);
        }
    }
}
