package io.sightline.trainer.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sightline.trainer.training.StepReport;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TrainerMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final TrainerMetrics metrics = new TrainerMetrics(
            registry, () -> new TrainerStatus("training", "", 120, 0.5, 17, 340, 2.5, 40, null), () -> 4096);

    @Test
    void shouldShowTheLastStepAndAddUpAll() {
        assertThat(gauge("loss", "term", "batch")).isNaN();

        metrics.stepped(new StepReport(3, 1.5, 0.4, 7, 0.2, Double.NaN, 2, 40, 128));
        metrics.stepped(new StepReport(2, 1, 0.5, 6, 0.2, Double.NaN, 4, 60, 128));

        assertThat(gauge("loss", "term", "batch")).isEqualTo(2);
        assertThat(gauge("loss", "term", "synthetic")).isEqualTo(1);
        assertThat(gauge("own.cosine")).isEqualTo(0.5);
        assertThat(gauge("gradient.norm")).isEqualTo(6);
        assertThat(registry.get("sightline.trainer.images").counter().count()).isEqualTo(256);
        assertThat(registry.get("sightline.trainer.step").timer().totalTime(TimeUnit.MILLISECONDS))
                .isCloseTo(100, within(1e-6));
        assertThat(registry.get("sightline.trainer.step.sampling").timer().totalTime(TimeUnit.MILLISECONDS))
                .isCloseTo(6, within(1e-6));
    }

    @Test
    void shouldShowWhereTrainingIs() {
        assertThat(gauge("steps.made")).isEqualTo(120);
        assertThat(gauge("classes")).isEqualTo(17);
        assertThat(gauge("replay.images")).isEqualTo(340);
        assertThat(gauge("replay.size")).isEqualTo(4096);
        assertThat(gauge("round.progress")).isEqualTo(0.5);
    }

    @Test
    void shouldShowTheHoldoutFiguresOfTheLatestVersions() {
        for (int v = 2; v <= 31; v++) {
            metrics.concluded("v" + v, v % 2 == 0, Map.of("recallAt1", v / 100.0, "drift.shift", v / 10.0));
        }

        assertThat(gauge("holdout", "version", "v31", "figure", "recallAt1")).isEqualTo(0.31);
        assertThat(gauge("holdout", "version", "v12", "figure", "recallAt1")).isEqualTo(0.12);
        assertThat(registry.find("sightline.trainer.holdout")
                        .tag("version", "v11")
                        .gauge())
                .isNull();
        assertThat(gauge("watched", "figure", "drift.shift")).isEqualTo(3.1);
        assertThat(registry.get("sightline.trainer.versions")
                        .tag("outcome", "published")
                        .counter()
                        .count())
                .isEqualTo(15);
        assertThat(registry.get("sightline.trainer.versions")
                        .tag("outcome", "rejected")
                        .counter()
                        .count())
                .isEqualTo(15);
    }

    private double gauge(String name, String... tags) {
        Gauge gauge = registry.get("sightline.trainer." + name).tags(tags).gauge();
        return gauge.value();
    }
}
