package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.Backbones;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.rounds.RoundSettings;
import io.sightline.trainer.see.ExpansionSchedule;
import io.sightline.trainer.see.SeeSettings;
import io.sightline.trainer.training.FineTuning;
import io.sightline.trainer.training.Precision;
import io.sightline.trainer.training.TrainingSettings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class PresetTest {

    private static final EmbeddingNet NET = new BackboneNet(
            Backbones.named("vit_tiny_patch16"), Normalisation.HALF, new Preprocessing(32, 3, false), 16, Map.of());

    @Command
    static final class Trained {
        @Mixin
        NetworkOptions network = new NetworkOptions();
    }

    @ParameterizedTest
    @EnumSource
    void shouldConsistOfOptionsThatThereAre(Preset preset) {
        CommandLine line = new CommandLine(new Trained());
        assertThat(line.getCommandSpec().optionsMap().keySet())
                .containsAll(preset.options().keySet());
        assertThat(parse("--preset", preset.toString())).isNotNull();
    }

    @Test
    void shouldTrainAsPublished() {
        NetworkOptions options = parse("--preset", "see-cub");
        TrainingSettings training = options.training(NET);
        RoundSettings rounds = options.rounds(NET, 7, Duration.ZERO);

        assertThat(training.learningRate()).isEqualTo(1e-5);
        assertThat(training.proxyLearningRate()).isEqualTo(0.1);
        assertThat(training.weightDecay()).isEqualTo(1e-2);
        assertThat(training.classesPerBatch() * training.imagesPerClass()).isEqualTo(180);
        assertThat(training.imagesPerClass()).isEqualTo(2);
        assertThat(training.precision()).isEqualTo(Precision.MIXED);
        assertThat(training.fineTuning()).isEqualTo(new FineTuning(1, 1, 32, FineTuning.BatchNorm.FROZEN));
        SeeSettings see = (SeeSettings) training.loss();
        assertThat(see.expansions()).isEqualTo(8);
        assertThat(see.lambda()).isEqualTo(0.2);
        // 100 epochs of 32 steps.
        assertThat(see.schedule()).isEqualTo(new ExpansionSchedule.Share(0, 0.4, 3200));
        assertThat(rounds.steps()).isEqualTo(3200);
        assertThat(rounds.holdout().describe(100)).isEqualTo(new HoldoutRule(0).describe(100));
    }

    @Test
    void shouldGiveWayToWhatIsSaidAsWell() {
        TrainingSettings training = parse("--micro-batch", "12", "--preset=SEE-SOP", "--learning-rate", "0.5")
                .training(NET);

        assertThat(training.microBatch()).isEqualTo(12);
        assertThat(training.learningRate()).isEqualTo(0.5);
        assertThat(training.weightDecay()).isEqualTo(1e-4);
    }

    @Test
    void shouldNameThePresetsThereAreWhereOneIsUnknown() {
        assertThatThrownBy(() -> parse("--preset", "see-birds"))
                .hasMessageContaining("see-birds")
                .hasMessageContaining("see-cub");
    }

    private static NetworkOptions parse(String... arguments) {
        Trained trained = new Trained();
        new CommandLine(trained)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setDefaultValueProvider(PresetDefaults.of(arguments))
                .parseArgs(arguments);
        return trained.network;
    }
}
