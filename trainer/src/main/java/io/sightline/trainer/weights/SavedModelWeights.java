package io.sightline.trainer.weights;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.foreign.ForeignModel;
import io.sightline.trainer.foreign.ForeignVariable;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Initial;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.nets.SavedModelBackbone;
import io.sightline.trainer.nets.VariableNames;
import io.sightline.trainer.nets.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** SavedModels with what their variables hold. */
final class SavedModelWeights {

    private static final int USUAL = 224;

    private SavedModelWeights() {}

    /**
     * Opens the folder of a SavedModel.
     *
     * @param normalisation has to be given where the model takes float32
     * @param size null for what the model takes, or 224 if it takes any
     * @param crop part of an image that it sees
     * @throws WeightFileException naming all variables that its checkpoint does not have as they should be
     * @throws io.sightline.trainer.foreign.ForeignModelException if it cannot be fine-tuned
     * @throws IllegalArgumentException if normalisation or size are not what it takes
     */
    static BackboneNet open(
            Path directory,
            @Nullable Normalisation normalisation,
            @Nullable Integer size,
            Preprocessing.Crop crop,
            int dimensions) {
        ForeignModel model = ForeignModel.open(directory);
        int side = size == null ? model.side().orElse(USUAL) : size;
        return new BackboneNet(
                new SavedModelBackbone(model),
                normalisation(directory, model, normalisation),
                new Preprocessing(side, 3, false, crop),
                dimensions,
                values(directory, model));
    }

    private static Normalisation normalisation(Path directory, ForeignModel model, @Nullable Normalisation said) {
        if (!model.takesPixels() && said == null) {
            throw new IllegalArgumentException(directory + " takes float32 and does not say what it expects of pixels:"
                    + " add --normalise raw for 0 to 255, none for 0 to 1, half for -1 to 1, or imagenet");
        }
        if (model.takesPixels() && said != null && said != Normalisation.RAW) {
            throw new IllegalArgumentException(directory + " takes pixels as they are: leave --normalise out");
        }
        return said == null ? Normalisation.RAW : said;
    }

    private static Map<String, HostTensor> values(Path directory, ForeignModel model) {
        TensorFlowCheckpoint checkpoint = TensorFlowCheckpoint.open(ForeignModel.checkpoint(directory));
        List<Weight> wanted = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ForeignVariable variable : model.variables()) {
            String name = TensorFlowCheckpoint.name(variable.key());
            names.add(name);
            wanted.add(new Weight(name, variable.shape(), Weight.Kind.BIAS, new Initial.Constant(0)));
        }
        Map<String, HostTensor> read = PretrainedWeights.read(
                        new SelectedWeights(checkpoint, names), Layout.TENSORFLOW, wanted)
                .tensors();
        Map<String, HostTensor> values = new LinkedHashMap<>();
        for (ForeignVariable variable : model.variables()) {
            HostTensor value = read.get(TensorFlowCheckpoint.name(variable.key()));
            if (value == null) {
                throw new WeightFileException(checkpoint.file(), "missing: '" + variable.key() + "'");
            }
            values.put(VariableNames.weight(variable.name()), value);
        }
        return values;
    }
}
