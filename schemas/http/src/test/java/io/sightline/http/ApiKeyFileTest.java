package io.sightline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiKeyFileTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    @TempDir
    Path folder;

    @Test
    void shouldKeepTheHashAndNotTheKey() throws Exception {
        ApiKeyFile keys = new ApiKeyFile(folder.resolve("keys.json"));

        String key = keys.create("shop", List.of("search", "monitor"), NOW, NOW.plusSeconds(60));

        assertThat(key).matches("sl_[A-Za-z0-9_-]{43}");
        assertThat(Files.readString(folder.resolve("keys.json")))
                .doesNotContain(key)
                .doesNotContain(key.substring(3));
        assertThat(keys.keys())
                .containsExactly(
                        new ApiKey("shop", List.of("search", "monitor"), Hashes.hex(key), NOW, NOW.plusSeconds(60)));
        assertThat(keys.create("other", List.of("search"), NOW, null)).isNotEqualTo(key);
    }

    @Test
    void shouldLetNobodyButItsOwnerReadOrWrite() throws Exception {
        Path file = folder.resolve("keys.json");
        ApiKeyFile keys = new ApiKeyFile(file);
        keys.create("shop", List.of("search"), NOW, null);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        assertThatIOException().isThrownBy(keys::keys).withMessageContaining("chmod 600 " + file);
    }

    @Test
    void shouldRevokeByName() throws Exception {
        ApiKeyFile keys = new ApiKeyFile(folder.resolve("keys.json"));
        keys.create("one", List.of("search"), NOW, null);
        keys.create("two", List.of("ingest"), NOW, null);

        keys.revoke("one");

        assertThat(keys.keys()).extracting(ApiKey::name).containsExactly("two");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> keys.revoke("one"))
                .withMessageContaining("'one'");
    }

    @Test
    void shouldRefuseNamesAndScopesThatAreNone() {
        ApiKeyFile keys = new ApiKeyFile(folder.resolve("keys.json"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> keys.create("a\nb", List.of("search"), NOW, null))
                .withMessageContaining("name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> keys.create("a", List.of("open"), NOW, null))
                .withMessageContaining("'open'")
                .withMessageContaining("[ingest, search, monitor, admin]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> keys.create("a", List.of(), NOW, null))
                .withMessageContaining("no scopes");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldSayWhatIsWrongWithAFile() throws Exception {
        Path file = folder.resolve("keys.json");
        ApiKeyFile keys = new ApiKeyFile(file);
        assertThatIOException().isThrownBy(keys::keys).withMessageContaining("sightline keys create");

        Files.writeString(file, "{\"keys\": [{\"name\": \"a\", \"scopes\": [\"search\"], \"sha256\": \"12\"}]}");

        assertThatIOException()
                .isThrownBy(keys::keys)
                .withMessageContaining(file.toString())
                .withMessageContaining("'a'")
                .withMessageContaining("sha256");
    }
}
