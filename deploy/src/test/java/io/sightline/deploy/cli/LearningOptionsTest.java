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

    private static MetricLoss loss(String... arguments) {
        LearningOptions options = new LearningOptions();
        new CommandLine(options).parseArgs(arguments);
        return options.settings(Augmentation.DRAWING, 3e-3, 1).loss();
    }
}
