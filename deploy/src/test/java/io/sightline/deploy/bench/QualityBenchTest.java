package io.sightline.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.deploy.train.TestImages;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.replay.ReplaySnapshot;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QualityBenchTest {

    @Test
    void shouldFindTheRunsThatWereKept() throws Exception {
        QualityBench bench = new QualityBench(Path.of("none.jsonl"), ConvNet.Readout.AVERAGE);

        // As they stand in docs/quality-runs.jsonl.
        assertThat(bench.key(set("omniglot242", Preprocessing.DRAWING), "see", 64, 1, 500)
                        .settings())
                .isEqualTo("2ed8a564ba01");
        assertThat(bench.key(set("grocery96", Preprocessing.PHOTO), "pa", 16, 1, 100)
                        .settings())
                .isEqualTo("1848b6c2028a");
    }

    private static RetrievalSet set(String name, Preprocessing shape) {
        ReplaySnapshot none = ReplaySnapshot.of(List.of(), new HoldoutRule(0), Map.of());
        return new RetrievalSet(name, shape, none, new TestImages(List.of(), List.of()));
    }
}
