package io.sightline.embedder.artifact;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Takes embeddings of one version into the space of another, y = x R with R orthogonal: a compatible version's queries
 * can search the other version's gallery through it. It is a file of the compatible version's artifact, d x d
 * little-endian float32 row by row, and so is covered by its manifest. Immutable.
 *
 * @param base the version whose space it leads into
 * @param rows R, [d, d]; treat as immutable
 */
public record SpaceMap(String base, float[][] rows) {

    /**
     * Checks the shape.
     *
     * @throws IllegalArgumentException if it is not square
     */
    public SpaceMap {
        for (float[] row : rows) {
            if (row.length != rows.length) {
                throw new IllegalArgumentException(
                        "a map between spaces is square, not " + rows.length + " x " + row.length);
            }
        }
    }

    /**
     * The map that an artifact carries.
     *
     * @throws ArtifactException if there is none into that version's space, or it is of another size
     */
    public static SpaceMap read(ModelArtifact artifact, String base) {
        int d = artifact.descriptor().dimensions();
        Path file = file(artifact.directory(), base);
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length != d * d * Float.BYTES) {
                throw new ArtifactException(file + " has " + bytes.length + " bytes; a map of " + d + " x " + d
                        + " has " + d * d * Float.BYTES);
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            float[][] rows = new float[d][d];
            for (float[] row : rows) {
                for (int k = 0; k < d; k++) {
                    row[k] = buffer.getFloat();
                }
            }
            return new SpaceMap(base, rows);
        } catch (IOException e) {
            throw ArtifactException.unreadable("the map into the space of " + base, e);
        }
    }

    void write(Path folder) throws IOException {
        ByteBuffer buffer =
                ByteBuffer.allocate(rows.length * rows.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float[] row : rows) {
            for (float x : row) {
                buffer.putFloat(x);
            }
        }
        Files.write(file(folder, base), buffer.array());
    }

    /**
     * Maps one embedding; the length of a vector stays what it is.
     *
     * @param vector [d]
     * @throws IllegalArgumentException if it is of another length
     */
    public float[] apply(float[] vector) {
        if (vector.length != rows.length) {
            throw new IllegalArgumentException(
                    "a map of " + rows.length + " dimensions does not take a vector of " + vector.length);
        }
        float[] mapped = new float[rows.length];
        for (int column = 0; column < rows.length; column++) {
            double sum = 0;
            for (int k = 0; k < rows.length; k++) {
                sum += (double) vector[k] * rows[k][column];
            }
            mapped[column] = (float) sum;
        }
        return mapped;
    }

    private static Path file(Path folder, String base) {
        return folder.resolve("map-to-" + base + ".f32");
    }
}
