package io.sightline.embedder.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.embedder.image.MalformedImages.Sample;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MalformedImagesTest {

    private final Preprocessor preprocessor = new Preprocessor(Preprocessing.PHOTO, ImageLimits.DEFAULT);

    @AfterAll
    void close() {
        preprocessor.close();
    }

    static List<Sample> samples() {
        return MalformedImages.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void shouldDecodeOrRefuseEachForItsReason(Sample sample) throws Exception {
        if (sample.rejected().isEmpty()) {
            assertThat(preprocessor.pixels(sample.content())).hasSize(Preprocessing.PHOTO.bytes());
        } else {
            RejectedImageException rejection =
                    catchThrowableOfType(RejectedImageException.class, () -> preprocessor.pixels(sample.content()));

            assertThat(rejection).isNotNull();
            assertThat(rejection.reason()).isEqualTo(sample.rejected().get());
        }
    }

    /** If this fails, run {@link MalformedImages#main}. */
    @ParameterizedTest
    @MethodSource("samples")
    void shouldBeInTheCorpusThatFuzzingStartsFrom(Sample sample) throws Exception {
        try (InputStream committed = getClass().getResourceAsStream("ImageFuzzTestInputs/" + sample.name())) {
            assertThat(committed).as("corpus file").isNotNull();
            assertThat(committed).hasBinaryContent(sample.content());
        }
    }

    @Test
    void shouldBeSmallAndHaveNamesOfTheirOwn() {
        assertThat(samples()).extracting(Sample::name).doesNotHaveDuplicates();
        assertThat(samples()).allSatisfy(sample -> assertThat(sample.content()).hasSizeLessThan(2048));
    }
}
