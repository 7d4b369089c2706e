package io.sightline.trainer.nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VariableNamesTest {

    @ParameterizedTest
    @CsvSource({
        "conv1/kernel, backbone.conv1.kernel",
        "MobilenetV1/Conv2d_0/BatchNorm/gamma, backbone.MobilenetV1.Conv2d_0.BatchNorm.gamma",
        "a.b/c-d, backbone.a-002eb.c-002dd",
        "_x/ü:0, backbone._x.-00fc-003a0"
    })
    void shouldNameWeightsReversiblyAndAsTensorFlowAllows(String variable, String weight) {
        assertThat(VariableNames.weight(variable)).isEqualTo(weight).matches("[A-Za-z0-9.][A-Za-z0-9_.\\-]*");
        assertThat(VariableNames.variable(weight)).isEqualTo(variable);
    }

    @Test
    void shouldKeepThemApartFromTheHead() {
        assertThat(VariableNames.weight("embedding/kernel")).doesNotStartWith(BackboneNet.HEAD);
        assertThatThrownBy(() -> VariableNames.variable("embedding.kernel")).hasMessageContaining("'embedding.kernel'");
    }
}
