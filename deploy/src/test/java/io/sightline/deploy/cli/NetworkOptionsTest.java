package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.image.Preprocessing;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class NetworkOptionsTest {

    @Test
    void shouldSeeTheWholeSquareUnlessToldOtherwise() {
        assertThat(preprocessing()).isEqualTo(Preprocessing.PHOTO);
        assertThat(preprocessing("--images", "drawing", "--image-size", "32"))
                .isEqualTo(new Preprocessing(32, 1, true));
    }

    @Test
    void shouldSeeTheCentreWhenAsked() {
        assertThat(preprocessing("--crop", "centre"))
                .isEqualTo(new Preprocessing(64, 3, false, Preprocessing.Crop.CENTRE));
        assertThat(preprocessing("--crop", "centre", "--image-size", "224"))
                .isEqualTo(new Preprocessing(224, 3, false, Preprocessing.Crop.CENTRE));
    }

    private static Preprocessing preprocessing(String... arguments) {
        NetworkOptions options = new NetworkOptions();
        new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
        return options.preprocessing(Preprocessing.PHOTO);
    }
}
