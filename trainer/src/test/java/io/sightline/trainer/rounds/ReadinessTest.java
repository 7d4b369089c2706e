package io.sightline.trainer.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ReadinessTest {

    @Test
    void shouldBeReadyWithEnoughClasses() {
        assertThat(Readiness.of(content(2, 2), 2)).isEqualTo(new Readiness(true, ""));
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertThat(reason(content(0, 0))).startsWith("no image has a label yet; training needs 2 classes");
        assertThat(reason(content(1, 5))).startsWith("1 class has two images;");
        assertThat(reason(content(3, 1))).startsWith("no class has two images yet;");
    }

    @Test
    void shouldSayThatTheHoldoutTakesEverything() {
        ReplaySnapshot content = content(3, 2);
        ReplaySnapshot swallowed = new ReplaySnapshot(new TreeMap<>(), content.training(), Map.of());

        assertThat(reason(swallowed)).startsWith("the holdout takes all 3 classes;");
    }

    private static String reason(ReplaySnapshot content) {
        Readiness readiness = Readiness.of(content, 2);
        assertThat(readiness.ready()).isFalse();
        return readiness.reason();
    }

    private static ReplaySnapshot content(int classes, int images) {
        List<ReplayItem> items = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            for (int i = 0; i < images; i++) {
                items.add(new ReplayItem("image-" + c + "-" + i, "class-" + c, 0, new byte[1]));
            }
        }
        return ReplaySnapshot.of(items, new HoldoutRule(0), Map.of());
    }
}
