package io.sightline.deploy.cli;

import io.sightline.deploy.config.Concern;
import io.sightline.deploy.config.Concerns;
import io.sightline.deploy.config.ConfigurationPage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    @Option(
            names = "--out-config",
            paramLabel = "FILE",
            description = "Write the reference of all settings to this file, and the commands nowhere unless --out says"
                    + " so.")
    private @Nullable Path outConfig;

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    ReferenceCommand() {}

    /** The page. */
    static String page() {
        return CommandReference.markdown(
                SightlineCommand.commandLine(),
                List.of(ReferenceSections.presets(), ReferenceSections.dataSets(), ReferenceSections.architectures()));
    }

    /** The page of settings. */
    static String configurationPage() {
        List<Concern> all = new ArrayList<>(Concerns.all());
        all.addAll(TrainerKeys.concerns());
        return ConfigurationPage.markdown(all);
    }

    @Override
    public Integer call() throws IOException {
        if (outConfig != null) {
            write(outConfig, configurationPage());
        }
        if (out == null && outConfig == null) {
            PrintWriter printed = spec.commandLine().getOut();
            printed.print(page());
            printed.flush();
        }
        if (out != null) {
            write(out, page());
        }
        return 0;
    }

    private static void write(Path file, String page) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, page);
    }
}
