package io.sightline.trainer.nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackbonesTest {

    @ParameterizedTest
    @CsvSource({
        "mobilenet_v1_025, 256, mobilenet_v1_025",
        "mobilenet_v1_050, 512, mobilenet_v1_050",
        "mobilenet_v1_100, 1024, mobilenet_v1_100",
        "resnet50, 2048, resnet50",
        "resnet152, 2048, resnet152",
        "resnet-1-2-1-1-w8, 256, resnet-1-2-1-1-w8",
        "vit_tiny_patch16, 192, vit_tiny_patch16",
        "vit_small_patch16_224, 384, vit_small_patch16",
        "vit_base_patch32, 768, vit_base_patch32",
        "vit-p16-d48-l3-h3, 48, vit-p16-d48-l3-h3"
    })
    void shouldKnowThemByName(String name, int features, String called) {
        Backbone backbone = Backbones.named(name);

        assertThat(backbone.features()).isEqualTo(features);
        assertThat(backbone.name()).isEqualTo(called);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "resnet",
                "resnet-w8",
                "resnet-1-2",
                "vit_huge_patch16",
                "vit-p16-d50-l3-h3x",
                "mobilenet_v1_05"
            })
    void shouldSayWhichThereAre(String name) {
        assertThat(Backbones.find(name)).isEmpty();
        assertThatThrownBy(() -> Backbones.named(name))
                .hasMessageContaining("'" + name + "'")
                .hasMessageContaining("mobilenet_v1_025");
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet-0-1-w8", "vit-p16-d50-l3-h3", "mobilenet_v1_000", "resnet-1-1-w0"})
    void shouldRefuseSizesThatCannotBe(String name) {
        assertThatThrownBy(() -> Backbones.named(name)).isInstanceOf(IllegalArgumentException.class);
    }
}
