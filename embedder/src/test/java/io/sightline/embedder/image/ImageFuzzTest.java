package io.sightline.embedder.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.sightline.schemas.avro.DeadLetterReason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.OptionalInt;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/**
 * Arbitrary bytes are refused with a typed reason or become pixels, soon and within bounded memory. Jazzer goes
 * through the corpus and mutates it, one method a JVM, in failsafe's executions {@code fuzz-headers} and
 * {@code fuzz-decoder}; without JAZZER_FUZZ=1 it only goes through the corpus.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImageFuzzTest {

    private static final ImageLimits LIMITS = new ImageLimits(64 * 1024, 128 * 128, 4096);
    private static final Preprocessing SMALL = new Preprocessing(16, 3, false);

    /** Of an image; what it takes alone is milliseconds, the rest is for machines that do other things too. */
    private static final Duration SOON = Duration.ofSeconds(10);

    /** Of memory for one image: far above what the limits allow, below what the corpus' bombs would take. */
    private static final long BOUND_MIB = 128;

    private static final int FEWEST_WHEN_FUZZING = 500;

    private static final Set<DeadLetterReason> OF_THE_IMAGE = EnumSet.of(
            DeadLetterReason.OVERSIZE,
            DeadLetterReason.UNSUPPORTED,
            DeadLetterReason.MALFORMED,
            DeadLetterReason.TOO_MANY_PIXELS);

    private final Preprocessor preprocessor = new Preprocessor(SMALL, LIMITS);
    private int executions;

    @AfterAll
    void close() {
        preprocessor.close();
        if (System.getenv("JAZZER_FUZZ") != null) {
            assertThat(executions)
                    .as("images tried; so few are the corpus and no fuzzing")
                    .isGreaterThan(FEWEST_WHEN_FUZZING);
        }
    }

    @FuzzTest
    void headers(byte[] content) throws IOException {
        long begin = System.nanoTime();
        long peak = PeakMemory.mebibytes();
        try {
            ImageHeader header = LIMITS.check(content);

            assertThat(header.width()).isBetween(1, LIMITS.maxSide());
            assertThat(header.height()).isBetween(1, LIMITS.maxSide());
            assertThat(header.pixels()).isLessThanOrEqualTo(LIMITS.maxPixels());
            widthInTheEyesOfAnotherDecoder(content, header.format())
                    .ifPresent(width -> assertThat(header.width()).isEqualTo(width));
        } catch (RejectedImageException rejection) {
            assertTyped(rejection);
        }
        assertBounded(begin, peak);
    }

    @FuzzTest
    void pixels(byte[] content) {
        assertPixelsOrRejection(content);
        assertPixelsOrRejection(PngParts.withRightChecksums(content));
    }

    private void assertPixelsOrRejection(byte[] content) {
        long begin = System.nanoTime();
        long peak = PeakMemory.mebibytes();
        try {
            assertThat(preprocessor.pixels(content)).hasSize(SMALL.bytes());
        } catch (RejectedImageException rejection) {
            assertTyped(rejection);
        }
        assertBounded(begin, peak);
    }

    private static void assertTyped(RejectedImageException rejection) {
        assertThat(rejection.reason()).isIn(OF_THE_IMAGE);
        assertThat(rejection).message().isNotBlank();
    }

    private void assertBounded(long begin, long peak) {
        executions++;
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
        assertThat(PeakMemory.mebibytes() - peak).as("MiB for one image").isLessThan(BOUND_MIB);
    }

    /** A header that we read otherwise than libjpeg, which is also in the JDK, would let images past the limits. */
    private static OptionalInt widthInTheEyesOfAnotherDecoder(byte[] content, ImageFormat format) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByMIMEType(format.mediaType());
        ImageReader reader = readers.next();
        try (ImageInputStream input = ImageIO.createImageInputStream(new ByteArrayInputStream(content))) {
            reader.setInput(input);
            return OptionalInt.of(reader.getWidth(0));
        } catch (IOException | RuntimeException unreadable) {
            return OptionalInt.empty();
        } finally {
            reader.dispose();
        }
    }
}
