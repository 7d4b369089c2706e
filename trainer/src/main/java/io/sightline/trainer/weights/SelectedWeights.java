package io.sightline.trainer.weights;

import io.sightline.trainer.nets.HostTensor;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Those tensors of a file that are wanted; all others are none of the reader's business.
 *
 * @param source the whole file
 * @param wanted names, whether the file has them or not
 */
record SelectedWeights(WeightSource source, Set<String> wanted) implements WeightSource {

    @Override
    public Path file() {
        return source.file();
    }

    @Override
    public Map<String, String> metadata() {
        return source.metadata();
    }

    @Override
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>(source.names());
        names.retainAll(wanted);
        return names;
    }

    @Override
    public boolean isFloat(String name) {
        return source.isFloat(name);
    }

    @Override
    public String type(String name) {
        return source.type(name);
    }

    @Override
    public long[] shape(String name) {
        return source.shape(name);
    }

    @Override
    public HostTensor read(String name) {
        return source.read(name);
    }
}
