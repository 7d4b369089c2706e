package io.sightline.embedder.image;

import static io.sightline.embedder.image.Parts.bytes;
import static io.sightline.embedder.image.Parts.cut;
import static io.sightline.embedder.image.Parts.head;
import static io.sightline.embedder.image.Parts.join;
import static io.sightline.embedder.image.Parts.repeat;
import static io.sightline.embedder.image.Parts.tail;
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

    @Test
    void shouldCountTheScansThatADecoderMeets() throws Exception {
        byte[] thumbnail = JpegParts.segment(0xe1, repeat(101, JpegParts.scan(1, 0, 63)));
        byte[] stuffing = repeat(101, bytes(0xff, 0x00, 0xda, 0x00));
        byte[] afterTheEnd = repeat(101, JpegParts.scan(1, 1, 63));
        byte[] jpeg = TestImages.jpeg(64, 64, 1);
        byte[] image = join(JpegParts.START, thumbnail, tail(cut(jpeg, 2), 2), stuffing, JpegParts.END, afterTheEnd);

        assertThat(ImageLimits.DEFAULT.check(image)).isEqualTo(new ImageHeader(ImageFormat.JPEG, 64, 64));
    }

    static Stream<Arguments> bad() {
        byte[] jpeg = TestImages.jpeg(64, 64, 1);
        byte[] png = TestImages.png(64, 64, 1);
        byte[] largeFrame = JpegParts.frame(JpegParts.BASELINE, 8, 16_000, 16_000, 3);
        byte[] hiding = join(JpegParts.START, JpegParts.segment(0x00, largeFrame), tail(jpeg, 2));
        byte[] scans = join(cut(jpeg, 2), repeat(100, JpegParts.scan(1, 1, 63)), JpegParts.END);
        byte[] texts = join(head(png, 33), repeat(17, PngParts.chunk("iTXt")), tail(png, 33));
        byte[] gigabytes = join(head(png, 33), PngParts.chunkOfLength(0x5fff_ffff, "tEXt"), tail(png, 33));
        return Stream.of(
                Arguments.of("empty", new byte[0], DeadLetterReason.MALFORMED, "empty"),
                Arguments.of("text", "hello".getBytes(StandardCharsets.UTF_8), DeadLetterReason.UNSUPPORTED, "neither"),
                Arguments.of("too large", new byte[9 * 1024 * 1024], DeadLetterReason.OVERSIZE, "9437184 bytes"),
                Arguments.of(
                        "bomb", TestImages.pngBomb(60_000, 60_000), DeadLetterReason.TOO_MANY_PIXELS, "60000 x 60000"),
                Arguments.of("long side", TestImages.pngBomb(16_385, 1), DeadLetterReason.TOO_MANY_PIXELS, "16385"),
                Arguments.of("frame hidden", hiding, DeadLetterReason.MALFORMED, "0xff00 at byte 2"),
                Arguments.of("scans", scans, DeadLetterReason.UNSUPPORTED, "101 scans"),
                Arguments.of("texts", texts, DeadLetterReason.UNSUPPORTED, "17 colour profiles and texts"),
                Arguments.of("text", gigabytes, DeadLetterReason.MALFORMED, "at byte 33 claims 1610612735 bytes"),
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
