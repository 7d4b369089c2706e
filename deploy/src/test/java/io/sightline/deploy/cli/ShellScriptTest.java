package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShellScriptTest {

    @Test
    void shouldReadWordsWithQuotesAndWithoutComments() {
        assertThat(ShellScript.commands("a -d '{\"b\": \"c d\"}' \"$(e f)\"g # h\n# i\nj#k"))
                .containsExactly(List.of("a", "-d", "{\"b\": \"c d\"}", "$(e f)g"), List.of("j#k"));
    }

    @Test
    void shouldJoinLinesAndPartCommands() {
        assertThat(ShellScript.commands("X=1 a \\\n  --b && c | d -e >f\nfor g in h; do\n  i\ndone"))
                .containsExactly(
                        List.of("a", "--b"),
                        List.of("c"),
                        List.of("d", "-e"),
                        List.of("for", "g", "in", "h"),
                        List.of("do"),
                        List.of("i"),
                        List.of("done"));
    }

    @Test
    void shouldLeaveOutHereDocuments() {
        assertThat(ShellScript.commands("cat >a <<END\nb: c\nEND\nd")).containsExactly(List.of("cat"), List.of("d"));
    }

    @Test
    void shouldTakeALoneApostropheForOne() {
        assertThat(ShellScript.commands("it's so\nnot 'this one'"))
                .containsExactly(List.of("it's", "so"), List.of("not", "this one"));
    }
}
