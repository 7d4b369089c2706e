package io.sightline.embedder.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlFetchSettingsTest {

    @Test
    void shouldAllowHttpsOnlyByDefault() {
        UrlFetchSettings settings = UrlFetchSettings.https(Set.of("images.example.org"));

        assertThat(settings)
                .isEqualTo(new UrlFetchSettings(
                        Set.of("https"),
                        Set.of("images.example.org"),
                        8 * 1024 * 1024,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(30)));
    }

    @ParameterizedTest
    @CsvSource({
        "images.example.org, https://images.example.org/a, true",
        "images.example.org, https://IMAGES.example.ORG/a, true",
        "images.example.org, https://images.example.org:443/a, true",
        "images.example.org, http://images.example.org/a, true",
        "images.example.org, http://images.example.org:443/a, false",
        "images.example.org, https://images.example.org:8443/a, false",
        "images.example.org, https://images.example.org.evil.org/a, false",
        "images.example.org, https://images.example.org./a, false",
        "images.example.org, https://more.images.example.org/a, false",
        "images.example.org, https://example.org/a, false",
        "images.example.org:8443, https://images.example.org:8443/a, true",
        "images.example.org:8443, https://images.example.org/a, false",
        "*.example.org, https://images.example.org/a, true",
        "*.example.org, https://more.images.example.org/a, true",
        "*.example.org, https://example.org/a, false",
        "*.example.org, https://badexample.org/a, false",
        "*.example.org, https://images.example.org:8443/a, false",
        "*.example.org:8443, https://images.example.org:8443/a, true",
        "[2001:db8::1], https://[2001:db8::1]/a, true",
        "[2001:db8::1]:8443, https://[2001:db8::1]:8443/a, true"
    })
    void shouldAllowAHostWithItsPort(String entry, String url, boolean allowed) throws Exception {
        assertThat(UrlTarget.parse(url).isAllowedBy(AllowedHost.parse(entry))).isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "*.",
                "Images.example.org",
                "https://images.example.org",
                "images.example.org/a",
                "a:0",
                "a:65536",
                "a:b",
                "a@b",
                "im*.example.org"
            })
    void shouldNameAHostThatIsNone(String entry) {
        assertThatThrownBy(() -> UrlFetchSettings.https(Set.of(entry)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allowed host '" + entry + "'");
    }

    @Test
    void shouldNameASettingThatIsWrong() {
        Set<String> hosts = Set.of("images.example.org");
        Duration second = Duration.ofSeconds(1);

        assertThatThrownBy(() -> new UrlFetchSettings(Set.of("ftp"), hosts, 1, second, second))
                .hasMessageContaining("[ftp]");
        assertThatThrownBy(() -> new UrlFetchSettings(Set.of(), hosts, 1, second, second))
                .hasMessageContaining("schemes");
        assertThatThrownBy(() -> UrlFetchSettings.https(Set.of())).hasMessageContaining("leave fetching by URL off");
        assertThatThrownBy(() -> new UrlFetchSettings(Set.of("https"), hosts, 0, second, second))
                .hasMessageContaining("maxBytes");
        assertThatThrownBy(() -> new UrlFetchSettings(Set.of("https"), hosts, 1, Duration.ZERO, second))
                .hasMessageContaining("timeout");
        assertThatThrownBy(() -> UrlFetchSettings.https(hosts).withGiveUpAfter(Duration.ofSeconds(-1)))
                .hasMessageContaining("given up after 0 s to 1 day, not PT-1S");
        assertThatThrownBy(() -> UrlFetchSettings.https(hosts).withGiveUpAfter(Duration.ofDays(2)))
                .hasMessageContaining("PT48H");
    }
}
