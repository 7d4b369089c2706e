package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.trainer.losses.Combined;
import io.sightline.trainer.losses.MetricLoss;
import io.sightline.trainer.losses.ProxyAnchor;
import io.sightline.trainer.losses.ProxyNcaPlusPlus;
import io.sightline.trainer.losses.SupCon;
import io.sightline.trainer.see.SeeSettings;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.TrainingSettings;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class LearningOptionsTest {

    @Test
    void shouldTrainWithSeeAsPublishedUnlessToldOtherwise() {
        assertThat(loss()).isEqualTo(SeeSettings.published(SeeSettings.RAMP_STEPS));
    }

    @Test
    void shouldTakeALossBetweenSamplesBesideAnother() {
        assertThat(loss("--loss", "proxy-anchor+supcon", "--alpha", "8"))
                .isEqualTo(new Combined(new ProxyAnchor(8, 0.1, 1), SupCon.DEFAULT, 1));
        assertThat(loss("--loss", "see+supcon", "--lambda", "0.5", "--alpha", "16"))
                .isEqualTo(new Combined(
                        SeeSettings.published(SeeSettings.RAMP_STEPS)
                                .withLambda(0.5)
                                .withProxyAnchor(new ProxyAnchor(16, 0.1, 1)),
                        SupCon.DEFAULT,
                        1));
        assertThat(loss("--loss", "proxy-nca++")).isEqualTo(ProxyNcaPlusPlus.DEFAULT);
    }

    @Test
    void shouldNameTheLossesThereAre() {
        assertThatThrownBy(() -> loss("--loss", "triplet+supcon"))
                .isInstanceOf(CommandLine.ParameterException.class)
                .hasMessageContaining("'triplet+supcon' is none of see, proxy-anchor");
        assertThatThrownBy(() -> loss("--loss", "supcon+supcon"))
                .isInstanceOf(CommandLine.ParameterException.class)
                .hasMessageContaining("supcon twice is supcon");
    }

    @Test
    void shouldAugmentAsIsUsualUnlessToldOtherwise() {
        assertThat(settings().augmentation()).isEqualTo(Augmentation.DRAWING);
        assertThat(settings("--augment", "none").augmentation()).isEqualTo(Augmentation.NONE);
        assertThat(settings("--augment", "photo").augmentation()).isEqualTo(Augmentation.PHOTO);
        assertThat(settings("--augment", "crop").augmentation()).isEqualTo(Augmentation.CROP);
    }

    @Test
    void shouldAugmentAsStronglyAsAsked() {
        assertThat(settings("--augment", "crop", "--crop-area", "0.5", "--jitter", "0.4", "--erasing", "0.25")
                        .augmentation())
                .isEqualTo(new Augmentation(0, 0, 0, true, 0.5, 0.4, 0.25));
        assertThat(settings("--jitter", "0.1").augmentation())
                .isEqualTo(new Augmentation(10, 0.1, 0.07, false, 1, 0.1, 0));
    }

    @Test
    void shouldRefuseAreasOfCropsThatAreNotMade() {
        assertThatThrownBy(() -> settings("--crop-area", "0.5")).hasMessageContaining("add --augment crop");
        assertThatThrownBy(() -> settings("--augment", "photo", "--crop-area", "0.5"))
                .hasMessageContaining("add --augment crop");
    }

    private static MetricLoss loss(String... arguments) {
        return settings(arguments).loss();
    }

    private static TrainingSettings settings(String... arguments) {
        LearningOptions options = new LearningOptions();
        new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
        return options.settings(Augmentation.DRAWING, 3e-3, 1);
    }
}
