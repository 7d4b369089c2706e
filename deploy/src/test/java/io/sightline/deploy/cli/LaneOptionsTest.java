package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.deploy.config.InvalidConfigurationException;
import io.sightline.deploy.config.LaneConfig;
import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.runtime.ComputeDevice;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class LaneOptionsTest {

    private static final long MIB = 1024 * 1024;

    @Test
    void shouldBeTheDefaultsUnlessToldOtherwise() {
        assertThat(settings()).isEqualTo(LaneSettings.DEFAULT);
    }

    @Test
    void shouldTakeEverySetting() {
        assertThat(settings(
                        "--max-batch=16",
                        "--batch-delay=20",
                        "--lane-threads=3",
                        "--backfill-share=0.25",
                        "--known-vectors=0",
                        "--delivery=at-least-once",
                        "--commit-interval=1000",
                        "--bytes-in-flight=8",
                        "--process-bytes-in-flight=4096",
                        "--device=cpu"))
                .isEqualTo(new LaneSettings(
                        16,
                        Duration.ofMillis(20),
                        8 * MIB,
                        4096 * MIB,
                        3,
                        0.25,
                        0,
                        LaneSettings.Guarantee.AT_LEAST_ONCE,
                        Duration.ofSeconds(1),
                        LaneSettings.DEFAULT.sessionTimeout(),
                        new ComputeDevice.Cpu(),
                        LaneSettings.DEFAULT.limits()));
    }

    @ParameterizedTest
    @CsvSource({
        "--max-batch=0, sightline.lanes.max-batch = 0",
        "--batch-delay=-1, sightline.lanes.batch-delay = -1",
        "--lane-threads=0, sightline.lanes.threads = 0",
        "--backfill-share=1.5, sightline.lanes.backfill-share = 1.5",
        "--known-vectors=-1, sightline.lanes.known-vectors = -1",
        "--commit-interval=-1, sightline.lanes.commit-interval = -1",
        "--bytes-in-flight=0, sightline.lanes.bytes-in-flight = 0",
        "--process-bytes-in-flight=-1, sightline.lanes.process-bytes-in-flight = -1",
    })
    void shouldNameASettingThatMakesNoSense(String argument, String named) {
        assertThatThrownBy(() -> settings(argument))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContainingAll(named, "command line, " + argument.replaceFirst("=.*", ""));
    }

    @Test
    void shouldNameTheGuaranteesThereAre() {
        assertThatThrownBy(() -> settings("--delivery=twice"))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContainingAll("--delivery", "twice", "must be one of exactly-once, at-least-once");
    }

    @Test
    void shouldNameTheDevicesThereAre() {
        assertThatThrownBy(() -> settings("--device=tpu"))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContainingAll("--device", "'tpu' is no device; there are auto, cpu and gpu:N");
    }

    @ParameterizedTest
    @ValueSource(classes = {UpCommand.class, DemoCommand.class, ServeCommand.class})
    void shouldBeOptionsOfEveryCommandThatRunsLanes(Class<?> command) {
        assertThat(new CommandLine(command).getUsageMessage())
                .contains(
                        "--max-batch=IMAGES",
                        "--batch-delay=MS",
                        "--lane-threads=THREADS",
                        "--backfill-share=SHARE",
                        "--known-vectors=VECTORS",
                        "--delivery=GUARANTEE",
                        "--commit-interval=MS",
                        "--bytes-in-flight=MIB",
                        "--process-bytes-in-flight=MIB",
                        "--device=DEVICE",
                        "default: auto");
    }

    @Test
    void shouldRefuseCommitsThatOutlastATransaction() {
        assertThatThrownBy(() -> settings("--commit-interval=10001"))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContainingAll("sightline.lanes.commit-interval = 10001", "0 to 5000");
    }

    private static LaneSettings settings(String... arguments) {
        Class<?>[] concerns = {LaneConfig.class};
        return LaneConfig.settings(ConfiguredOptions.of(concerns, arguments).get(LaneConfig.class));
    }
}
