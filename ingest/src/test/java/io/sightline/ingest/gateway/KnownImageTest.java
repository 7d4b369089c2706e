package io.sightline.ingest.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.schemas.Sha256;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.PayloadReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KnownImageTest {

    private static final byte[] CONTENT = "an image".getBytes(StandardCharsets.UTF_8);
    private static final String SHA = Sha256.hex(CONTENT);

    private final KnownImage inline = KnownImage.of(event(new InlinePayload(ByteBuffer.wrap(CONTENT))), 3, 77);
    private final KnownImage byReference =
            KnownImage.of(event(new PayloadReference("file:///payloads/x", SHA, 8L)), 3, 77);

    @Test
    void shouldKnowAContentWhetherItIsInlineOrNot() {
        assertThat(inline.fingerprint())
                .isEqualTo(byReference.fingerprint())
                .isEqualTo(KnownImage.fingerprint(SHA, "image/png", Map.of("a", "b")))
                .isNotEqualTo(KnownImage.fingerprint(SHA, "image/jpeg", Map.of("a", "b")))
                .isNotEqualTo(KnownImage.fingerprint(SHA, "image/png", Map.of()))
                .isNotEqualTo(KnownImage.fingerprint(Sha256.hex(new byte[1]), "image/png", Map.of("a", "b")));
        assertThat(inline.byReference()).isFalse();
        assertThat(byReference.byReference()).isTrue();
    }

    @Test
    void shouldDecodeWhatItEncoded() {
        assertThat(KnownImage.decode(inline.encode())).isEqualTo(inline);
        assertThat(KnownImage.decode(byReference.encode())).isEqualTo(byReference);
    }

    private static ImageEvent event(Object payload) {
        return new ImageEvent(payload, "image/png", Map.of("a", "b"), "test", Instant.EPOCH);
    }
}
