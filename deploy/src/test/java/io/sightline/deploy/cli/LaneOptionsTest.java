package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.runtime.ComputeDevice;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

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
        "--max-batch=0, maxBatch 0",
        "--batch-delay=-1, maxDelay PT-0.001S",
        "--lane-threads=0, threads 0",
        "--backfill-share=1.5, backfillShare 1.5",
        "--known-vectors=-1, knownVectors -1",
        "--commit-interval=-1, commitInterval PT-0.001S",
        "--bytes-in-flight=0, maxBytesInFlight 0",
        "--process-bytes-in-flight=-1, maxProcessBytesInFlight -1048576",
    })
    void shouldNameASettingThatMakesNoSense(String argument, String named) {
        assertThatThrownBy(() -> settings(argument))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
    }

    @Test
    void shouldNameTheGuaranteesThereAre() {
        assertThatThrownBy(() -> settings("--delivery=twice"))
                .isInstanceOf(ParameterException.class)
                .hasMessageContainingAll("--delivery", "'twice' is neither exactly-once nor at-least-once");
    }

    @Test
    void shouldNameTheDevicesThereAre() {
        assertThatThrownBy(() -> settings("--device=tpu"))
                .isInstanceOf(ParameterException.class)
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
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("commitInterval PT10.001S");
    }

    private static LaneSettings settings(String... arguments) {
        LaneOptions options = new LaneOptions();
        new CommandLine(options).parseArgs(arguments);
        return options.settings();
    }
}
