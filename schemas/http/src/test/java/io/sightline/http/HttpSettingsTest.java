package io.sightline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSettingsTest {

    private static final URI ISSUER = URI.create("https://login.example.org/");

    @Test
    void shouldNameTheSettingThatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpSettings.loopback(70_000))
                .withMessageContaining("http.port is 70000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RequestLimits.DEFAULT.withRate(0, 1))
                .withMessageContaining("limits.requests-per-second is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RequestLimits.DEFAULT.withTimeout(Duration.ZERO))
                .withMessageContaining("limits.request-timeout");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new JwtSettings(ISSUER, " ", ISSUER))
                .withMessageContaining("auth.jwt.audience");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://login.example.org/jwks", "ftp://login.example.org/jwks", "jwks.json", "http:///jwks"})
    void shouldTakeKeysOfTokensFromNowhereThatAnybodyCouldBe(String jwks) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new JwtSettings(ISSUER, "sightline", URI.create(jwks)))
                .withMessageContaining("auth.jwt.jwks");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://login.example.org/jwks", "http://127.0.0.1:8080/jwks", "file:///etc/jwks.json"})
    void shouldTakeThemFromWhereNobodyElseCanBe(String jwks) {
        assertThat(new JwtSettings(ISSUER, "sightline", URI.create(jwks)).jwks())
                .hasToString(jwks);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:1", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:80", "::1"})
    void shouldKnowTheNamesOfThisMachine(String host) {
        assertThat(Loopback.isHostHeader(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "0.0.0.0", "[::2]:1"})
    void shouldKnowTheNamesOfOthers(String host) {
        assertThat(Loopback.isHostHeader(host)).isFalse();
    }
}
