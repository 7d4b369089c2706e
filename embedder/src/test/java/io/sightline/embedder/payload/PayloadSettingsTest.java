package io.sightline.embedder.payload;

import static io.sightline.embedder.payload.Rejections.assertRejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.PayloadReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PayloadSettingsTest {

    private static final byte[] CONTENT = "an image".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    @Test
    void shouldKeepSmallImagesInlineAndFetchNothingByUrlUnlessToldOtherwise() {
        assertThat(PayloadSettings.at("payloads"))
                .isEqualTo(new PayloadSettings(
                        "payloads", 512 * 1024, 64L * 1024 * 1024, Set.of(), Duration.ofSeconds(30)));
    }

    @Test
    void shouldReadWhatItsStoreWrote() throws Exception {
        PayloadSettings settings =
                PayloadSettings.at(folder.resolve("a/payloads").toString());

        PayloadReference reference = settings.openStore().put(CONTENT);

        assertThat(settings.openReader().content(event(reference))).isEqualTo(CONTENT);
    }

    @Test
    void shouldFetchByUrlFromAllowedHostsOnly() {
        PayloadSettings off = PayloadSettings.at(folder.toString());
        PayloadSettings on = off.withAllowedHosts(Set.of("images.example.org"));
        ImageEvent event = event(PayloadServer.reference(CONTENT, "https://other.example.org/a"));

        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "fetching by URL is off",
                () -> off.openReader().content(event));
        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "not among the allowed ones, [images.example.org]",
                () -> on.openReader().content(event));
    }

    @Test
    void shouldNameASettingThatIsWrong() {
        PayloadSettings settings = PayloadSettings.at("payloads");

        assertThatThrownBy(() -> settings.withInlineMaxBytes(-1)).hasMessageContaining("inline.max-bytes -1");
        assertThatThrownBy(() -> new PayloadSettings("payloads", 0, -1, Set.of(), Duration.ZERO))
                .hasMessageContaining("cache bytes -1");
        assertThatThrownBy(() -> settings.withAllowedHosts(Set.of("https://images.example.org")))
                .hasMessageContaining("allowed host 'https://images.example.org'");
        assertThatThrownBy(() -> settings.withFetchFor(Duration.ofSeconds(-1))).hasMessageContaining("given up after");
    }

    private static ImageEvent event(PayloadReference reference) {
        return new ImageEvent(reference, "image/png", Map.of(), "test", Instant.EPOCH);
    }
}
