package io.sightline.trainer.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last few checkpoints of a trainer. One that is damaged is refused, kept aside under another name, and the one
 * before it is used. One of another network or loss is an error, and stays: nobody's training is thrown away because of
 * an option. Not thread-safe.
 */
public final class CheckpointStore {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
    private static final String PREFIX = "checkpoint-";
    private static final String SUFFIX = ".bin";

    private final Path directory;
    private final int kept;

    /**
     * Uses a folder, which need not exist.
     *
     * @param kept how many checkpoints to keep, at least 1
     */
    public CheckpointStore(Path directory, int kept) {
        if (kept < 1) {
            throw new IllegalArgumentException("at least one checkpoint must be kept, not " + kept);
        }
        this.directory = directory;
        this.kept = kept;
    }

    /**
     * Writes a checkpoint and removes those that are too old.
     *
     * @throws CheckpointException if the folder cannot be written
     */
    public void write(Checkpoint checkpoint) {
        checkpoint.write(directory.resolve(String.format(Locale.ROOT, PREFIX + "%012d" + SUFFIX, checkpoint.steps())));
        List<Path> all = newestFirst();
        for (Path old : all.subList(Math.min(kept, all.size()), all.size())) {
            try {
                Files.deleteIfExists(old);
            } catch (IOException e) {
                throw new CheckpointException("could not remove the old checkpoint " + old + ": " + e.getMessage(), e);
            }
        }
    }

    /**
     * Restores from the newest checkpoint that is not damaged; empty if there is none.
     *
     * @throws CheckpointException from {@code restore}, for a checkpoint of something else
     */
    public <T> Optional<T> restore(Function<Checkpoint, T> restore) {
        for (Path file : newestFirst()) {
            Checkpoint checkpoint;
            try {
                checkpoint = Checkpoint.read(file);
            } catch (CheckpointException e) {
                Path aside = file.resolveSibling(file.getFileName() + ".refused");
                LOG.error("a damaged checkpoint is kept as {}, the one before it is used: {}", aside, e.getMessage());
                moveAside(file, aside);
                continue;
            }
            return Optional.of(restore.apply(checkpoint));
        }
        return Optional.empty();
    }

    private List<Path> newestFirst() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(CheckpointStore::isCheckpoint)
                    .sorted(Comparator.comparing((Path file) -> String.valueOf(file.getFileName()))
                            .reversed())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the checkpoints in " + directory + ": " + e.getMessage(), e);
        }
    }

    private static boolean isCheckpoint(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
    }

    private static void moveAside(Path file, Path aside) {
        try {
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("the checkpoint " + file + " cannot be moved aside: " + e.getMessage(), e);
        }
    }
}
