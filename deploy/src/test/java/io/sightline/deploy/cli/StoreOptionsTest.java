package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sightline.deploy.config.InvalidConfigurationException;
import io.sightline.deploy.config.OpenSearchConfig;
import io.sightline.deploy.config.StoreConfig;
import io.sightline.deploy.config.Stores;
import io.sightline.deploy.stack.StoreSettings;
import io.sightline.indexer.store.lucene.Quantisation;
import io.sightline.indexer.store.opensearch.OpenSearchSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreOptionsTest {

    @TempDir
    Path directory;

    @Test
    void shouldKeepIndexesInTheFolderUnlessToldOtherwise() {
        assertThat(parsed()).isEqualTo(StoreSettings.LUCENE);
    }

    @Test
    void shouldQuantiseLucenesIndexesOnly() {
        assertThat(parsed("--quantise=bits1")).isEqualTo(new StoreSettings(null, Quantisation.BITS1));
        assertThatExceptionOfType(InvalidConfigurationException.class)
                .isThrownBy(() -> parsed("--store=opensearch", "--opensearch-url=http://one:9200", "--quantise=bits8"))
                .withMessageContaining("--quantise");
    }

    @Test
    void shouldReadAllOfACluster() throws IOException {
        Path password = Files.writeString(directory.resolve("password"), "s3cret\n");
        Path authority = directory.resolve("ca.pem");

        OpenSearchSettings settings = parsed(
                        "--store=opensearch",
                        "--opensearch-url=https://one:9200,https://two:9200",
                        "--opensearch-user=indexer",
                        "--opensearch-password-file=" + password,
                        "--opensearch-ca=" + authority,
                        "--opensearch-prefix=images",
                        "--opensearch-shards=3",
                        "--opensearch-replicas=2",
                        "--opensearch-bulk-items=100",
                        "--opensearch-bulk-bytes=1000000",
                        "--opensearch-in-flight=4")
                .openSearch();

        assertThat(settings)
                .isEqualTo(OpenSearchSettings.of(URI.create("https://one:9200"), URI.create("https://two:9200"))
                        .with(new OpenSearchSettings.Credentials("indexer", "s3cret"))
                        .with(new OpenSearchSettings.Trust(authority, null))
                        .withPrefix("images")
                        .with(new OpenSearchSettings.Layout(3, 2))
                        .with(new OpenSearchSettings.Bulk(100, 1_000_000, 4)));
        assertThat(String.valueOf(settings)).doesNotContain("s3cret");
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertThatExceptionOfType(InvalidConfigurationException.class)
                .isThrownBy(() -> parsed("--store=opensearch").openSearch())
                .withMessageContaining("--opensearch-url");
        assertThatExceptionOfType(InvalidConfigurationException.class)
                .isThrownBy(() -> parsed("--opensearch-url=http://one:9200").openSearch())
                .withMessageContaining("--store opensearch");
        assertThatExceptionOfType(InvalidConfigurationException.class)
                .isThrownBy(() -> parsed(
                                "--store=opensearch", "--opensearch-url=http://one:9200", "--opensearch-user=indexer")
                        .openSearch())
                .withMessageContaining("--opensearch-password-file");
        assertThatExceptionOfType(InvalidConfigurationException.class)
                .isThrownBy(() -> parsed("--store=opensearch", "--opensearch-url=one:9200")
                        .openSearch())
                .withMessageContaining("one:9200");
        assertThatExceptionOfType(InvalidConfigurationException.class)
                .isThrownBy(() -> parsed(
                                "--store=opensearch",
                                "--opensearch-url=http://one:9200",
                                "--opensearch-user=indexer",
                                "--opensearch-password-file=" + directory.resolve("none"))
                        .openSearch())
                .withMessageContaining("sightline.opensearch.password-file")
                .withMessageContaining("none");
    }

    private static StoreSettings parsed(String... arguments) {
        Class<?>[] concerns = {StoreConfig.class, OpenSearchConfig.class};
        return Stores.settings(ConfiguredOptions.of(concerns, arguments));
    }
}
