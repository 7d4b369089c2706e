package io.sightline.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BatchSamplerTest {

    private static final Preprocessing SHAPE = new Preprocessing(8, 1, false);
    private static final Augmentation NONE = new Augmentation(0, 0, 0, false);

    @Test
    void shouldTakePClassesOfKImagesWithoutRepetition() {
        Batch batch = sample(settings(), content(10, 8), 3);

        Map<Integer, Long> perClass = java.util.Arrays.stream(batch.rows())
                .boxed()
                .collect(Collectors.groupingBy(row -> row, Collectors.counting()));
        assertThat(perClass)
                .hasSize(5)
                .allSatisfy((row, count) -> assertThat(count).isEqualTo(4));
        assertThat(batch.items()).doesNotHaveDuplicates();
    }

    @Test
    void shouldFollowFromContentAndRandomnessAlone() {
        ReplaySnapshot content = content(10, 8);

        assertThat(sample(settings(), content, 3).pixels())
                .isEqualTo(sample(settings(), content, 3).pixels());
        assertThat(sample(settings(), content, 3).pixels())
                .isNotEqualTo(sample(settings(), content, 4).pixels());
    }

    @Test
    void shouldTakeSomeOfTheLatestImagesWhenAsked() {
        TrainingSettings recent = settings().with(draft -> draft.recent = 0.5);
        for (int seed = 0; seed < 20; seed++) {
            Batch batch = sample(recent, content(5, 40), seed);

            Map<String, Long> late = batch.items().stream()
                    .filter(item -> item.eventMillis() >= 30)
                    .collect(Collectors.groupingBy(ReplayItem::label, Collectors.counting()));
            assertThat(late)
                    .hasSize(5)
                    .allSatisfy((label, count) -> assertThat(count).isGreaterThanOrEqualTo(2));
            assertThat(batch.items()).doesNotHaveDuplicates();
        }
    }

    @Test
    void shouldMakeFourClassesOfOneByTurningIt() {
        TrainingSettings turns = settings().with(draft -> draft.quarterTurns = true);
        BatchSampler sampler = new BatchSampler(SHAPE, turns);
        ReplaySnapshot content = content(3, 8);

        List<String> classes = sampler.classes(content.classesWith(2));

        assertThat(classes).hasSize(12).doesNotHaveDuplicates();
        assertThat(sampler.images(content, classes.get(5)))
                .isEqualTo(content.training().get("class-1"));
    }

    @Test
    void shouldTurnByQuartersAndComeBack() {
        byte[] pixels = new byte[SHAPE.bytes()];
        pixels[1] = 7;

        byte[] once = QuarterTurns.turn(SHAPE, pixels, 1);

        // Right of the upper left corner goes, counter-clockwise, to above the lower left one.
        assertThat(once[6 * SHAPE.size()]).isEqualTo((byte) 7);
        assertThat(QuarterTurns.turn(SHAPE, once, 3)).isEqualTo(pixels);
    }

    private static Batch sample(TrainingSettings settings, ReplaySnapshot content, long seed) {
        BatchSampler sampler = new BatchSampler(SHAPE, settings);
        ClassTable table = new ClassTable(Map.of());
        List<String> classes = content.classesWith(2);
        table.add(classes, classes.size());
        return sampler.sample(content, classes, table, new SplittableRandom(seed));
    }

    private static TrainingSettings settings() {
        return TrainingSettings.defaults(NONE, 1).with(draft -> {
            draft.classesPerBatch = 5;
            draft.imagesPerClass = 4;
        });
    }

    private static ReplaySnapshot content(int classes, int images) {
        List<ReplayItem> items = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            for (int i = 0; i < images; i++) {
                byte[] pixels = new byte[SHAPE.bytes()];
                pixels[0] = (byte) (c * 16 + i);
                items.add(new ReplayItem("image-" + c + "-" + i, "class-" + c, i, pixels));
            }
        }
        return ReplaySnapshot.of(items, new HoldoutRule(0), Map.of());
    }
}
