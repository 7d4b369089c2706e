package io.sightline.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.trainer.nets.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {

    @TempDir
    private Path directory;

    @Test
    void shouldKeepTheLastOnesAndRestoreTheNewest() throws IOException {
        CheckpointStore store = new CheckpointStore(directory, 2);
        for (long steps : List.of(50L, 100L, 150L)) {
            store.write(checkpoint(steps));
        }

        assertThat(files()).containsExactly("checkpoint-000000000100.bin", "checkpoint-000000000150.bin");
        assertThat(store.restore(Checkpoint::steps)).hasValue(150L);
    }

    @Test
    void shouldRefuseADamagedOneAndUseTheOneBefore() throws IOException {
        CheckpointStore store = new CheckpointStore(directory, 3);
        store.write(checkpoint(50));
        store.write(checkpoint(100));
        Path newest = directory.resolve("checkpoint-000000000100.bin");
        byte[] bytes = Files.readAllBytes(newest);
        bytes[bytes.length - 1] ^= 1;
        Files.write(newest, bytes);

        assertThat(store.restore(Checkpoint::steps)).hasValue(50L);
        assertThat(files()).containsExactly("checkpoint-000000000050.bin", "checkpoint-000000000100.bin.refused");
    }

    @Test
    void shouldNotThrowAwayTheTrainingOfAnotherNetwork() {
        CheckpointStore store = new CheckpointStore(directory, 3);
        store.write(checkpoint(50));

        assertThatThrownBy(() -> store.restore(checkpoint -> {
                    throw new CheckpointException("of another network");
                }))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("of another network");
        assertThat(store.restore(Checkpoint::steps)).hasValue(50L);
    }

    @Test
    void shouldKeepTheCursor() {
        CheckpointStore store = new CheckpointStore(directory, 1);
        Checkpoint.Cursor cursor = new Checkpoint.Cursor(100, 1234, 7, List.of("cat", "dog"), Map.of("images-0", 17L));
        store.write(new Checkpoint("net", 120, new TreeMap<>(), cursor, Map.of()));

        assertThat(store.restore(Checkpoint::cursor)).hasValue(cursor);
    }

    private static Checkpoint checkpoint(long steps) {
        return new Checkpoint(
                "net",
                steps,
                new TreeMap<>(Map.of("cat", 0)),
                Checkpoint.Cursor.START,
                Map.of("w", new HostTensor(new long[] {2}, new float[] {1, steps})));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}
