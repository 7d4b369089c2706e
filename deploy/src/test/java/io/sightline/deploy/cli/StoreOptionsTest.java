package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sightline.deploy.stack.StoreSettings;
import io.sightline.indexer.store.lucene.Quantisation;
import io.sightline.indexer.store.opensearch.OpenSearchSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class StoreOptionsTest {

    @TempDir
    Path directory;

    @Test
    void shouldKeepIndexesInTheFolderUnlessToldOtherwise() {
        assertThat(parsed().settings()).isEqualTo(StoreSettings.LUCENE);
    }

    @Test
    void shouldQuantiseLucenesIndexesOnly() {
        assertThat(parsed("--quantise=bits1").settings()).isEqualTo(new StoreSettings(null, Quantisation.BITS1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parsed("--store=opensearch", "--opensearch-url=http://one:9200", "--quantise=bits8")
                        .settings())
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
                .settings()
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
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parsed("--store=opensearch").settings().openSearch())
                .withMessageContaining("--opensearch-url");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        parsed("--opensearch-url=http://one:9200").settings().openSearch())
                .withMessageContaining("--store opensearch");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parsed(
                                "--store=opensearch", "--opensearch-url=http://one:9200", "--opensearch-user=indexer")
                        .settings()
                        .openSearch())
                .withMessageContaining("--opensearch-password-file");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parsed("--store=opensearch", "--opensearch-url=one:9200")
                        .settings()
                        .openSearch())
                .withMessageContaining("'one:9200'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parsed(
                                "--store=opensearch",
                                "--opensearch-url=http://one:9200",
                                "--opensearch-user=indexer",
                                "--opensearch-password-file=" + directory.resolve("none"))
                        .settings()
                        .openSearch())
                .withMessageContaining("--opensearch-password-file")
                .withMessageContaining("none");
    }

    private static StoreOptions parsed(String... arguments) {
        StoreOptions options = new StoreOptions();
        new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
        return options;
    }
}
