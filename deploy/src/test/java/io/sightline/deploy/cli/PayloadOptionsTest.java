package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.deploy.config.Configuration;
import io.sightline.deploy.config.IngestConfig;
import io.sightline.deploy.config.PayloadConfig;
import io.sightline.embedder.payload.PayloadSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class PayloadOptionsTest {

    @Test
    void shouldKeepPayloadsInTheDataFolderUnlessToldOtherwise() {
        assertThat(settings()).isEqualTo(PayloadSettings.at("data/payloads"));
    }

    @Test
    void shouldTakeLocationLimitAndHosts() {
        assertThat(settings(
                        "--payloads",
                        "s3://bucket/payloads",
                        "--inline-max-bytes",
                        "1000",
                        "--fetch-from",
                        "a.example.org",
                        "--fetch-from",
                        "*.example.com",
                        "--fetch-for",
                        "PT20S"))
                .isEqualTo(PayloadSettings.at("s3://bucket/payloads")
                        .withInlineMaxBytes(1000)
                        .withAllowedHosts(Set.of("a.example.org", "*.example.com"))
                        .withFetchFor(Duration.ofSeconds(20)));
    }

    @ParameterizedTest
    @ValueSource(classes = {UpCommand.class, DemoCommand.class, ServeCommand.class})
    void shouldBeOptionsOfEveryCommandThatReadsOrWritesPayloads(Class<?> command) {
        assertThat(new CommandLine(command).getUsageMessage())
                .contains(
                        "--payloads=LOCATION",
                        "--inline-max-bytes=BYTES",
                        "--fetch-from=HOST",
                        "--fetch-for=TIME",
                        "524288",
                        "PT30S");
    }

    private static PayloadSettings settings(String... arguments) {
        Class<?>[] concerns = {PayloadConfig.class, IngestConfig.class};
        Configuration configuration = ConfiguredOptions.of(concerns, arguments);
        return PayloadConfig.settings(configuration.get(PayloadConfig.class), Path.of("data"))
                .withInlineMaxBytes(configuration.get(IngestConfig.class).inlineMaxBytes());
    }
}
