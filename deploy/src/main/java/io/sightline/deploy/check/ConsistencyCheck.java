package io.sightline.deploy.check;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.payload.PayloadUnavailableException;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.lucene.IndexScan;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.Vectors;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.DeadLetter;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.LabelEvent;
import io.sightline.schemas.avro.ModelEvent;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Compares what the topics say with what the active version's index holds, reading both from the start and without
 * any of the services: the index is opened from disk, and a sample of the images is embedded again, which reads their
 * payloads too. Not thread-safe.
 */
public final class ConsistencyCheck {

    private static final int MOST_EXAMPLES = 20;

    private final KafkaConnection connection;
    private final RecordSerdes serdes;
    private final Path indexes;
    private final PayloadReader payloads;
    private final int sample;
    private final List<String> examples = new ArrayList<>();

    /**
     * Prepares a check.
     *
     * @param indexes folder of the indexes, one sub-folder per version
     * @param payloads what image events refer to
     * @param sample images to embed again
     */
    public ConsistencyCheck(KafkaConnection connection, Path indexes, PayloadReader payloads, int sample) {
        this.connection = connection;
        this.serdes = new RecordSerdes(connection);
        this.indexes = indexes;
        this.payloads = payloads;
        this.sample = sample;
    }

    private record Position(int partition, long offset) {}

    /**
     * Checks the active version.
     *
     * @throws IllegalStateException if no version is active, or a payload cannot be read now
     */
    public CheckReport run() {
        return run(versions()
                .active()
                .orElseThrow(() -> new IllegalStateException("no version is active yet: there is nothing to check")));
    }

    /**
     * Checks a version that still has a lane and an index.
     *
     * @throws IllegalStateException if there is no such version, or a payload cannot be read now
     */
    public CheckReport run(String version) {
        return run(versions()
                .find(version)
                .orElseThrow(() -> new IllegalStateException("there is no version " + version + " to check")));
    }

    private CheckReport run(ModelEvent event) {
        examples.clear();
        String version = event.getVersion();
        Map<String, Position> live = liveImages();
        Map<String, String> labels = labels();
        Set<Position> dead = deadLetters(version);
        Map<String, Embedding> embeddings = new HashMap<>();
        int duplicates = readEmbeddings(version, embeddings);

        Map<String, EmbeddedImage> indexed = new HashMap<>();
        int[] twice = {0};
        IndexScan.forEach(indexes.resolve(version), image -> {
            if (indexed.put(image.image().id(), image) != null) {
                twice[0]++;
                note("twice in the index: " + image.image().id());
            }
        });

        int deadLettered = 0;
        int missing = 0;
        for (Map.Entry<String, Position> image : live.entrySet()) {
            if (dead.contains(image.getValue())) {
                deadLettered++;
            } else if (!indexed.containsKey(image.getKey())) {
                missing++;
                note("missing: " + image.getKey());
            }
        }
        int stale = 0;
        int wrong = 0;
        for (EmbeddedImage embedded : indexed.values()) {
            StoredImage image = embedded.image();
            Position newest = live.get(image.id());
            Position origin =
                    new Position(image.origin().partition(), image.origin().offset());
            Embedding embedding = embeddings.get(image.id());
            if (!origin.equals(newest)) {
                stale++;
                note("stale: " + image.id());
            } else if (!Objects.equals(image.label(), labels.get(image.id()))) {
                stale++;
                note("stale label: " + image.id() + " is '" + image.label() + "', not '" + labels.get(image.id())
                        + "'");
            } else if (embedding != null && !image.tags().equals(embedding.getTags())) {
                stale++;
                note("stale tags: " + image.id());
            } else if (embedding == null
                    || !image.version().equals(version)
                    || !VectorTolerance.holds(embedded.vector(), Vectors.decode(embedding.getVector()))) {
                wrong++;
                note("wrong vector: " + image.id());
            }
        }
        Sampled again = embedAgain(event, live, indexed);
        return new CheckReport(
                version,
                live.size(),
                deadLettered,
                indexed.size(),
                missing,
                duplicates + twice[0],
                stale,
                wrong + again.wrong,
                again.count,
                List.copyOf(examples));
    }

    private ModelVersions versions() {
        Deserializer<ModelEvent> deserializer = serdes.deserializer(ModelEvent.class);
        ModelVersions[] versions = {ModelVersions.NONE};
        TopicScan.forEach(
                connection,
                Topics.MODELS,
                record -> versions[0] =
                        versions[0].with(deserializer.deserialize(record.topic(), record.value()), record.offset()));
        return versions[0];
    }

    /** The newest event of every image that was not deleted. */
    private Map<String, Position> liveImages() {
        Map<String, Position> live = new HashMap<>();
        TopicScan.forEach(connection, Topics.IMAGES, record -> {
            if (record.value() == null) {
                live.remove(record.key());
            } else {
                live.put(record.key(), new Position(record.partition(), record.offset()));
            }
        });
        return live;
    }

    private Map<String, String> labels() {
        Deserializer<LabelEvent> deserializer = serdes.deserializer(LabelEvent.class);
        Map<String, String> labels = new HashMap<>();
        TopicScan.forEach(connection, Topics.LABELS, record -> {
            if (record.value() == null) {
                labels.remove(record.key());
            } else {
                labels.put(
                        record.key(),
                        deserializer.deserialize(record.topic(), record.value()).getLabel());
            }
        });
        return labels;
    }

    private Set<Position> deadLetters(String version) {
        Deserializer<DeadLetter> deserializer = serdes.deserializer(DeadLetter.class);
        Set<Position> dead = new HashSet<>();
        TopicScan.forEach(connection, Topics.DEAD_LETTERS, record -> {
            DeadLetter letter = deserializer.deserialize(record.topic(), record.value());
            if (version.equals(letter.getModelVersion())) {
                dead.add(new Position(letter.getPartition(), letter.getOffset()));
            }
        });
        return dead;
    }

    /** Fills in the newest embedding of each image; returns how many image events were embedded more than once. */
    private int readEmbeddings(String version, Map<String, Embedding> newest) {
        Deserializer<Embedding> deserializer = serdes.deserializer(Embedding.class);
        Set<Position> embedded = new HashSet<>();
        int[] duplicates = {0};
        TopicScan.forEach(connection, Topics.embeddings(version), record -> {
            if (record.value() == null) {
                newest.remove(record.key());
                return;
            }
            Embedding embedding = deserializer.deserialize(record.topic(), record.value());
            Coordinates origin = embedding.getOrigin();
            if (!embedded.add(new Position(origin.getPartition(), origin.getOffset()))) {
                duplicates[0]++;
                note("embedded twice: " + record.key());
            }
            newest.put(record.key(), embedding);
        });
        return duplicates[0];
    }

    private record Sampled(int count, int wrong) {}

    /** Embeds every n-th image again and compares with the index. */
    private Sampled embedAgain(ModelEvent active, Map<String, Position> live, Map<String, EmbeddedImage> indexed) {
        int stride = Math.max(1, indexed.size() / Math.max(1, sample));
        Deserializer<ImageEvent> deserializer = serdes.deserializer(ImageEvent.class);
        ModelArtifact artifact = ModelArtifact.open(URI.create(active.getArtifactUri()), active.getManifestSha256());
        AtomicInteger seen = new AtomicInteger();
        AtomicInteger sampled = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        try (EmbeddingModel model = EmbeddingModel.load(artifact);
                Preprocessor preprocessor =
                        new Preprocessor(artifact.descriptor().preprocessing(), ImageLimits.DEFAULT)) {
            TopicScan.forEach(connection, Topics.IMAGES, record -> {
                EmbeddedImage stored = indexed.get(record.key());
                Position position = new Position(record.partition(), record.offset());
                if (record.value() == null || stored == null || !position.equals(live.get(record.key()))) {
                    return;
                }
                if (sample > 0 && seen.getAndIncrement() % stride == 0) {
                    sampled.incrementAndGet();
                    ImageEvent event = deserializer.deserialize(record.topic(), record.value());
                    if (!isEmbeddedTo(stored.vector(), record.key(), event, model, preprocessor)) {
                        wrong.incrementAndGet();
                    }
                }
            });
        }
        return new Sampled(sampled.get(), wrong.get());
    }

    private boolean isEmbeddedTo(
            float[] vector, String id, ImageEvent event, EmbeddingModel model, Preprocessor preprocessor) {
        try {
            boolean same = VectorTolerance.holds(vector, model.embed(preprocessor.pixels(payloads.content(event))));
            if (!same) {
                note("wrong vector when embedded again: " + id);
            }
            return same;
        } catch (RejectedImageException e) {
            note("cannot be embedded again: " + id + ", " + e.reason() + ": " + e.getMessage());
            return false;
        } catch (PayloadUnavailableException e) {
            throw new IllegalStateException("image '" + id + "' cannot be embedded again: " + e.getMessage(), e);
        }
    }

    private void note(String example) {
        if (examples.size() < MOST_EXAMPLES) {
            examples.add(example);
        }
    }
}
