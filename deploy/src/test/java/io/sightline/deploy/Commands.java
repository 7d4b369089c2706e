package io.sightline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.deploy.cli.SightlineCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sightline commands, run here. */
final class Commands {

    private Commands() {}

    /** Runs one that has to succeed; what it prints. */
    static String run(String... arguments) {
        return said(true, arguments);
    }

    /** Runs one that has to fail; what it prints. */
    static String fail(String... arguments) {
        return said(false, arguments);
    }

    private static String said(boolean succeeds, String... arguments) {
        StringWriter written = new StringWriter();
        PrintStream console = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            int status = SightlineCommand.execute(new PrintWriter(written), new PrintWriter(written), arguments);
            String said = printed.toString(StandardCharsets.UTF_8) + written;
            assertThat(status == 0)
                    .as("exit status %d of %s, which printed%n%s", status, List.of(arguments), said)
                    .isEqualTo(succeeds);
            return said;
        } finally {
            System.setOut(console);
        }
    }
}
