package io.sightline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * No library that we run or test with is older than the first version without the vulnerabilities that are known of it.
 * The table is of November 2026; deploy/docs/deployment.md says how to ask for newer ones.
 */
class DependencyFloorTest {

    private static final Pattern JAR = Pattern.compile("(.+?)-(\\d[\\w.]*)(?:-[\\w.-]+)?\\.jar");

    /**
     * A library on the class path.
     *
     * @param artifact its artifact id
     * @param version its version, without a classifier
     */
    private record Library(String artifact, String version) {}

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "api, 0.31.1, CVE-2025-0851",
                "assertj-core, 3.27.7, CVE-2026-24400",
                "avro, 1.12.1, CVE-2024-47561 CVE-2025-33042",
                "commons-beanutils, 1.11.0, CVE-2025-48734",
                "commons-collections, 3.2.2, CVE-2015-7501",
                "commons-compress, 1.26.0, CVE-2024-25710 CVE-2024-26308",
                "commons-io, 2.14.0, CVE-2024-47554",
                "commons-lang3, 3.18.0, CVE-2025-48924",
                "gson, 2.8.9, CVE-2022-25647",
                "guava, 32.0.0, CVE-2023-2976",
                "httpclient5, 5.4.3, CVE-2025-27820",
                "httpcore5, 5.4.3, CVE-2026-54399",
                "httpcore5-h2, 5.4.3, CVE-2026-54428",
                "jackson-core, 2.21.1, GHSA-72hv-8253-57qq",
                "jackson-databind, 2.21.4, CVE-2026-54513 CVE-2026-54515",
                "jetty-http, 12.1.7, CVE-2025-11143 CVE-2026-2332",
                "jetty-server, 12.1.6, CVE-2026-1605",
                "jose4j, 0.9.6, CVE-2024-29371",
                "kafka-clients, 4.1.2, CVE-2025-27817 CVE-2026-35554",
                "kotlin-stdlib, 1.6.0, CVE-2022-24329",
                "log4j-core, 2.25.4, CVE-2025-68161 CVE-2026-34480",
                "logback-core, 1.5.25, CVE-2025-11226 CVE-2026-1225",
                "lz4-java, 1.10.1, CVE-2025-12183 CVE-2025-66566",
                "netty-codec-http, 4.1.135, CVE-2026-50020",
                "netty-codec-http2, 4.1.135, CVE-2025-55163 CVE-2026-47244",
                "netty-handler, 4.1.135, CVE-2026-45416",
                "nimbus-jose-jwt, 10.0.2, CVE-2025-53864",
                "okio-jvm, 3.4.0, CVE-2023-3635",
                "protobuf-java, 4.28.2, CVE-2024-7254",
                "scala-library, 2.13.9, CVE-2022-36944",
                "snakeyaml, 2.0, CVE-2022-1471",
                "snappy-java, 1.1.10.4, CVE-2023-43642"
            })
    void shouldBeAtLeastTheFirstVersionWithout(String artifact, String lowest, String advisories) {
        List<Library> used = classPath().stream()
                .filter(library -> library.artifact().equals(artifact))
                .toList();
        // One that is gone has no business in the table.
        assertThat(used).as(artifact).isNotEmpty();
        assertThat(used).allMatch(library -> !isOlder(library.version(), lowest), "free of " + advisories);
    }

    @Test
    void shouldCompareVersionsByNumber() {
        assertThat(isOlder("2.9.10", "2.10.0")).isTrue();
        assertThat(isOlder("1.1.10.7", "1.1.10.4")).isFalse();
        assertThat(isOlder("4.1.135.Final", "4.1.135")).isFalse();
        assertThat(isOlder("2.6", "2.6.1")).isTrue();
    }

    @Test
    void shouldKnowLibrariesByTheirFiles() {
        assertThat(library("netty-codec-http-4.1.135.Final.jar"))
                .containsExactly(new Library("netty-codec-http", "4.1.135.Final"));
        assertThat(library("guava-33.5.0-jre.jar")).containsExactly(new Library("guava", "33.5.0"));
        assertThat(library("scala-logging_2.13-3.9.6.jar")).containsExactly(new Library("scala-logging_2.13", "3.9.6"));
        assertThat(library("classes")).isEmpty();
    }

    private static List<Library> classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .flatMap(entry -> library(String.valueOf(Path.of(entry).getFileName())).stream())
                .toList();
    }

    private static List<Library> library(String file) {
        Matcher matcher = JAR.matcher(file);
        List<Library> found = new ArrayList<>();
        if (matcher.matches()) {
            found.add(new Library(matcher.group(1), matcher.group(2)));
        }
        return found;
    }

    private static boolean isOlder(String version, String than) {
        return Arrays.compare(numbers(version), numbers(than)) < 0;
    }

    /** Final and the like say nothing. */
    private static int[] numbers(String version) {
        return Arrays.stream(version.split("\\.", -1))
                .filter(part -> part.chars().allMatch(Character::isDigit))
                .flatMapToInt(part -> IntStream.of(Integer.parseInt(part)))
                .toArray();
    }
}
