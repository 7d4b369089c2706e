package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LogFileTest {

    private static final String CONFIGURATION = "logback.configurationFile";

    @TempDir
    Path folder;

    @BeforeEach
    void configureAsInService() {
        System.setProperty(CONFIGURATION, "logback.xml");
    }

    @AfterEach
    void backToTheDefault() {
        System.clearProperty(CONFIGURATION);
        LogFile.into(Path.of(System.getProperty("java.io.tmpdir")), "INFO");
    }

    @Test
    void shouldTakeTheLogAlsoFromLoggersThatWereThereBefore() throws Exception {
        Logger early = LoggerFactory.getLogger("io.sightline.early");
        early.info("before");

        Path file = LogFile.into(folder, "OFF");
        early.info("after");

        assertThat(file).isEqualTo(folder.resolve("sightline.log"));
        assertThat(Files.readString(file)).contains("after").doesNotContain("before");
    }
}
