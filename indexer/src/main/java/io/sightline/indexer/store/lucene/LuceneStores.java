package io.sightline.indexer.store.lucene;

import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.VectorStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;

/**
 * One Lucene index for each version, in a folder of its own.
 *
 * @param directory that holds the folders
 * @param quantisation what the graph search reads of the vectors; an index of another one is built anew
 * @param clock of tombstones
 */
public record LuceneStores(Path directory, Quantisation quantisation, Clock clock) implements VectorStores {

    /** Of full vectors. */
    public LuceneStores(Path directory, Clock clock) {
        this(directory, Quantisation.NONE, clock);
    }

    @Override
    public VectorStore open(StoreKey key) throws StoreDamagedException {
        return LuceneStore.open(directory.resolve(key.version()), key, quantisation, clock);
    }

    @Override
    public void discard(String version) {
        Path folder = directory.resolve(version);
        if (Files.exists(folder)) {
            LuceneStore.discard(folder);
        }
    }

    @Override
    public List<String> present() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(directory)) {
            return folders.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new StoreException("the indexes in " + directory + " cannot be listed: " + e.getMessage(), e);
        }
    }

    /** Nobody else can search these. */
    @Override
    public void activate(String version) {}

    @Override
    public String where() {
        return directory.toString();
    }

    @Override
    public void close() {}
}
