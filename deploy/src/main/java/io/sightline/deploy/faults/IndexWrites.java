package io.sightline.deploy.faults;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A history of upserts, deletions and labels of one version, each made from its number alone, and what an index of it
 * must hold in the end. Immutable.
 *
 * @param count how many there are
 * @param dimensions of the vectors
 */
record IndexWrites(int count, int dimensions, long seed) {

    /** Each id is written four times on average. */
    private static final int WRITES_OF_AN_ID = 4;

    private static final double DELETIONS = 0.12;
    private static final double LABELS = 0.06;
    private static final int CLASSES = 100;
    /** Not SplittableRandom's own increment: writes would be shifts of each other's sequence. */
    private static final long STRIDE = 0xD1342543DE82EF95L;

    /** What is done to an image. */
    enum Kind {
        /** Its vector is written. */
        UPSERT,
        /** It is removed. */
        DELETE,
        /** It is labelled. */
        LABEL
    }

    /**
     * One write.
     *
     * @param label only of a label
     */
    record Write(Kind kind, String id, String label) {}

    /**
     * An image that must be there.
     *
     * @param write number of its newest upsert
     * @param label its newest label
     */
    record Expected(int write, @Nullable String label) {}

    Write get(int number) {
        SplittableRandom random = random(number);
        String id = "image-" + random.nextInt(Math.max(1, count / WRITES_OF_AN_ID));
        double draw = random.nextDouble();
        Kind kind = draw < DELETIONS ? Kind.DELETE : draw < DELETIONS + LABELS ? Kind.LABEL : Kind.UPSERT;
        return new Write(kind, id, "class-" + random.nextInt(CLASSES));
    }

    /**
     * Whether an answer about an image is no older than another one.
     *
     * @param number of the upsert that was answered, negative if the image was not there
     * @param before of the upsert that the other one had answered
     */
    boolean isNoOlder(String id, int number, int before) {
        if (number >= 0) {
            return number >= before;
        }
        for (int i = before + 1; i < count; i++) {
            Write write = get(i);
            if (write.kind == Kind.DELETE && write.id.equals(id)) {
                return true;
            }
        }
        return false;
    }

    /** The unit vector of an upsert. */
    float[] vector(int number) {
        SplittableRandom random = random(-1 - number);
        float[] vector = new float[dimensions];
        double squared = 0;
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random.nextGaussian();
            squared += (double) vector[i] * vector[i];
        }
        double length = Math.sqrt(squared);
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) (vector[i] / length);
        }
        return vector;
    }

    /** What is there after all of them, by id. */
    Map<String, Expected> truth() {
        Map<String, Integer> there = new HashMap<>();
        Map<String, String> labels = new HashMap<>();
        for (int i = 0; i < count; i++) {
            Write write = get(i);
            switch (write.kind) {
                case UPSERT -> there.put(write.id, i);
                case DELETE -> there.remove(write.id);
                case LABEL -> labels.put(write.id, write.label);
            }
        }
        Map<String, Expected> truth = new HashMap<>();
        there.forEach((id, number) -> truth.put(id, new Expected(number, labels.get(id))));
        return truth;
    }

    private SplittableRandom random(long number) {
        return new SplittableRandom(seed + STRIDE * number);
    }
}
