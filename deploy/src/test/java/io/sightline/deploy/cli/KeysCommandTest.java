package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysCommandTest {

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldCreateListAndRevoke() throws Exception {
        String file = folder.resolve("keys.json").toString();

        assertThat(run("create", "shop", "--scope", "search,monitor", "--file", file, "--expires", "30"))
                .isZero();
        String key = out.toString().strip();
        assertThat(key).startsWith("sl_").doesNotContain("\n");
        assertThat(Files.readString(Path.of(file))).doesNotContain(key).contains("\"shop\"");

        out.getBuffer().setLength(0);
        assertThat(run("list", "--file", file)).isZero();
        assertThat(out.toString()).contains("shop", "search,monitor").doesNotContain(key);

        assertThat(run("revoke", "shop", "--file", file)).isZero();
        assertThat(Files.readString(Path.of(file))).doesNotContain("shop");
    }

    @Test
    void shouldSayWhatIsWrong() {
        String file = folder.resolve("keys.json").toString();

        assertThat(run("create", "shop", "--scope", "everything", "--file", file))
                .isEqualTo(2);
        assertThat(err.toString()).contains("'everything'", "[ingest, search, monitor, admin]");
        assertThat(run("create", "shop", "--scope", "search", "--file", file, "--expires", "0"))
                .isEqualTo(2);
        assertThat(run("revoke", "shop", "--file", file)).isEqualTo(1);
        assertThat(err.toString()).contains("there is no file of API keys");
    }

    private int run(String... args) {
        String[] line = new String[args.length + 1];
        line[0] = "keys";
        System.arraycopy(args, 0, line, 1, args.length);
        return SightlineCommand.execute(new PrintWriter(out, true), new PrintWriter(err, true), line);
    }
}
