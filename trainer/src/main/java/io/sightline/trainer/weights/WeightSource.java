package io.sightline.trainer.weights;

import io.sightline.trainer.nets.HostTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tensors by name in a file that others wrote. Names, types and shapes are known once it is open. Thread-safe. */
public sealed interface WeightSource permits Safetensors, SelectedWeights, TensorFlowCheckpoint {

    /**
     * Opens a file of whichever format.
     *
     * @param file a safetensors file, or a TensorFlow checkpoint: its prefix or any of its files
     * @throws WeightFileException if it cannot be used
     */
    static WeightSource open(Path file) {
        Optional<Path> checkpoint = TensorFlowCheckpoint.find(file);
        if (checkpoint.isPresent()) {
            return TensorFlowCheckpoint.open(checkpoint.get());
        }
        if (Files.isDirectory(file)) {
            throw new WeightFileException(
                    file, "it is a folder, and no saved_model.pb is in it: name a file, or the folder of a SavedModel");
        }
        return Safetensors.open(file);
    }

    /** Where it is. */
    Path file();

    /** What is said of the whole file, for instance {@code format} = {@code pt}. */
    Map<String, String> metadata();

    /** Names of the tensors, in the file's order. */
    Set<String> names();

    /** Whether a tensor holds floating-point numbers, and can be read. */
    boolean isFloat(String name);

    /** The type of a tensor's numbers, by the format's name. */
    String type(String name);

    /** Shape of a tensor, as the file has it. */
    long[] shape(String name);

    /**
     * Reads a tensor of floating-point numbers, as float32.
     *
     * @throws WeightFileException if it holds none, more than a Java array does, or one that is not finite
     */
    HostTensor read(String name);
}
