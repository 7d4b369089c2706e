package io.sightline.trainer.foreign;

import org.tensorflow.ndarray.Shape;

/**
 * A variable of a SavedModel that its output needs; float32.
 *
 * @param name as the model has it, for instance {@code conv1/kernel}
 * @param key under which its value was saved, in the format's own spelling
 * @param shape in TensorFlow's layout
 * @param isTrained whether a gradient reaches it and nothing says that it is a statistic
 */
public record ForeignVariable(String name, String key, Shape shape, boolean isTrained) {}
