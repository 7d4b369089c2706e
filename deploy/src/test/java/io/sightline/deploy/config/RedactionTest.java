package io.sightline.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sig",
                "Sig",
                "signature",
                "X-Amz-Signature",
                "X-Amz-Credential",
                "x-amz-anything",
                "AWSAccessKeyId",
                "AccessKeyId",
                "access_token",
                "API_KEY"
            })
    void shouldHideSecretsInTheQueryOfAnAddress(String name) {
        assertThat(Redaction.withoutUserInfo("https://a.example/b?v=1&" + name + "=planted&w=2"))
                .isEqualTo("https://a.example/b?v=1&" + name + "=****&w=2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://me:planted@a.example/b | https://****@a.example/b",
                "https://me:pla/nted@a.example | https://****@a.example",
                "https://me:pla@nted@a.example | https://****@a.example",
                "http://a:planted@b,http://c:planted@d | http://****@b,http://****@d",
                "see http://a:planted@b or me@c | see http://****@b or me@c"
            })
    void shouldHideUsersAndPasswordsBeforeAHost(String value, String shown) {
        assertThat(Redaction.withoutUserInfo(value)).isEqualTo(shown);
    }

    @Test
    void shouldShowAddressesWithoutSecrets() {
        String address = "https://a.example:8/b?version=1&design=2";

        assertThat(Redaction.withoutUserInfo(address)).isEqualTo(address);
    }
}
