package io.sightline.deploy.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** What Amazon's SDK loads by name when a service account has a role. */
class BucketCredentialsTest {

    private static final ClassLoader LOADER = BucketCredentialsTest.class.getClassLoader();

    @Test
    void shouldHaveWhatMakesCredentialsOfATokenOfTheServiceAccount() {
        String factory = "software.amazon.awssdk.services.sts.internal.StsWebIdentityCredentialsProviderFactory";
        assertThat(LOADER.getResource(factory.replace('.', '/') + ".class")).isNotNull();
    }

    /** Without one STS cannot be asked; of two, which one is taken depends on the class path. */
    @Test
    void shouldHaveOneHttpClientToAskWith() throws IOException {
        assertThat(Collections.list(
                        LOADER.getResources("META-INF/services/software.amazon.awssdk.http.SdkHttpService")))
                .hasSize(1);
    }
}
