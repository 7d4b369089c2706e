package io.sightline.deploy.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sightline reference}. */
@Command(
        name = "reference",
        mixinStandardHelpOptions = true,
        description = "Prints all commands with all their options, as a page of Markdown.")
final class ReferenceCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--out", paramLabel = "FILE", description = "Write it to this file instead.")
    private @Nullable Path out;

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    ReferenceCommand() {}

    /** The page. */
    static String page() {
        return CommandReference.markdown(
                SightlineCommand.commandLine(),
                List.of(ReferenceSections.presets(), ReferenceSections.dataSets(), ReferenceSections.architectures()));
    }

    @Override
    public Integer call() throws IOException {
        if (out == null) {
            PrintWriter printed = spec.commandLine().getOut();
            printed.print(page());
            printed.flush();
        } else {
            Files.createDirectories(out.toAbsolutePath().getParent());
            Files.writeString(out, page());
        }
        return 0;
    }
}
