package io.sightline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts that people start, {@code deploy/sightline} with the README's first command among them. */
@Tag("slow")
class LauncherIT {

    private static final Path DEPLOY =
            Path.of(System.getProperty("sightline.root", ".")).resolve("deploy").toAbsolutePath();
    private static final Path BUILT = DEPLOY.resolve("target/sightline.classpath");
    private static final Duration LONGEST = Duration.ofMinutes(10);

    @TempDir
    Path directory;

    private FileTime built = FileTime.fromMillis(0);

    /** The script builds what is older than a source, and the build that runs this has just built all of it. */
    @BeforeEach
    void takeTheBuildForNew() throws IOException {
        built = Files.getLastModifiedTime(BUILT);
        Files.setLastModifiedTime(BUILT, FileTime.from(Instant.now()));
    }

    /** What was changed meanwhile is to be built by the next one. */
    @AfterEach
    void takeTheBuildForWhatItIs() throws IOException {
        Files.setLastModifiedTime(BUILT, built);
    }

    @Test
    void shouldRunTheDemo() throws Exception {
        String said = run(
                0,
                "demo --versions 1 --widths 8,16 --dimensions 16 --round-steps 40 --min-interval PT0S --gate-margin -1"
                        + " --kafka-port 0 --registry-port 0 --ingest-port 0 --search-port 0 --trainer-port 0");

        assertThat(said)
                .contains("3600 images, 180 classes to train on", "starting trainer", "v2 is ACTIVE")
                .contains("0 missing, 0 duplicates, 0 stale, 0 wrong vectors, 0 mixed answers");
    }

    @Test
    void shouldSayWhatItCanDoAndWhatItCannot() throws Exception {
        assertThat(run(0, "--help")).contains("Usage: sightline", "demo", "ingest");
        assertThat(run(2, "serch cat.jpg")).contains("search");
    }

    @Test
    void shouldMakeTheSecretsOfTheComposeFileOnce() throws Exception {
        Path secrets = directory.resolve("secrets");

        String first = run(0, DEPLOY.resolve("compose/make-secrets"), secrets.toString());
        String key = Files.readString(secrets.resolve("admin-key"));
        run(0, DEPLOY.resolve("compose/make-secrets"), secrets.toString());

        assertThat(first).contains(secrets.resolve("admin-key").toString()).doesNotContain(key.strip());
        assertThat(key).isNotBlank().isEqualTo(Files.readString(secrets.resolve("admin-key")));
        assertThat(Files.readString(secrets.resolve("keys/keys.json")))
                .contains("admin", "prometheus")
                .doesNotContain(key.strip());
        assertThat(Files.readString(secrets.resolve("monitor-key"))).isNotBlank();
        assertThat(Files.readString(secrets.resolve("grafana-password"))).isNotBlank();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets)))
                .isEqualTo("rwx------");
    }

    private String run(int status, String arguments) throws Exception {
        return run(status, DEPLOY.resolve("sightline"), arguments.split(" ", -1));
    }

    private String run(int status, Path script, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("bash", script.toString()));
        command.addAll(Arrays.asList(arguments));
        Path printed = directory.resolve("printed");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
        builder.environment().put("SIGHTLINE_HEAP", "1g");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS))
                    .as("%s ends", command)
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String said = Files.readString(printed);
        assertThat(process.exitValue()).as("%s printed%n%s", command, said).isEqualTo(status);
        return said;
    }
}
