package io.sightline.embedder.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.embedder.testing.TestImages;
import io.sightline.schemas.avro.DeadLetterReason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ImageLimitsTest {

    @Test
    void shouldReadTheHeaderOfPngAndJpeg() throws Exception {
        ImageHeader png = ImageLimits.DEFAULT.check(TestImages.png(40, 30, 1));
        ImageHeader jpeg = ImageLimits.DEFAULT.check(TestImages.jpeg(41, 31, 1));

        assertThat(png).isEqualTo(new ImageHeader(ImageFormat.PNG, 40, 30));
        assertThat(jpeg).isEqualTo(new ImageHeader(ImageFormat.JPEG, 41, 31));
    }

    static Stream<Arguments> bad() {
        byte[] jpeg = TestImages.jpeg(64, 64, 1);
        byte[] png = TestImages.png(64, 64, 1);
        return Stream.of(
                Arguments.of("empty", new byte[0], DeadLetterReason.MALFORMED, "empty"),
                Arguments.of("text", "hello".getBytes(StandardCharsets.UTF_8), DeadLetterReason.UNSUPPORTED, "neither"),
                Arguments.of("too large", new byte[9 * 1024 * 1024], DeadLetterReason.OVERSIZE, "9437184 bytes"),
                Arguments.of(
                        "bomb", TestImages.pngBomb(60_000, 60_000), DeadLetterReason.TOO_MANY_PIXELS, "60000 x 60000"),
                Arguments.of("long side", TestImages.pngBomb(16_385, 1), DeadLetterReason.TOO_MANY_PIXELS, "16385"),
                Arguments.of("negative", TestImages.pngBomb(-1, 5), DeadLetterReason.MALFORMED, "-1 x 5"),
                Arguments.of("zero", TestImages.pngBomb(0, 5), DeadLetterReason.MALFORMED, "0 x 5"),
                Arguments.of("short png", Arrays.copyOf(png, 20), DeadLetterReason.MALFORMED, "IHDR"),
                Arguments.of("short jpeg", Arrays.copyOf(jpeg, 30), DeadLetterReason.MALFORMED, "ends within"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void shouldRefuseWithATypedReason(String name, byte[] content, DeadLetterReason reason, String said) {
        RejectedImageException rejection =
                catchThrowableOfType(RejectedImageException.class, () -> ImageLimits.DEFAULT.check(content));

        assertThat(rejection.reason()).isEqualTo(reason);
        assertThat(rejection).hasMessageContaining(said);
    }
}
