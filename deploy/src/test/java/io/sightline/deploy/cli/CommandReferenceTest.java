package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class CommandReferenceTest {

    @Test
    void shouldGiveHelpOfEveryCommand() {
        assertThat(withoutHelp(SightlineCommand.commandLine().getCommandSpec())).isEmpty();
    }

    private static List<String> withoutHelp(CommandLine.Model.CommandSpec command) {
        List<String> found = new java.util.ArrayList<>();
        boolean helps = command.options().stream().anyMatch(CommandLine.Model.OptionSpec::usageHelp)
                || command.userObject() instanceof CommandLine.HelpCommand;
        if (!helps) {
            found.add(command.qualifiedName());
        }
        command.subcommands().values().forEach(sub -> found.addAll(withoutHelp(sub.getCommandSpec())));
        return found;
    }

    private static final Path COMMITTED = Path.of("deploy", "docs", "reference.md");

    @Test
    void shouldBeThePageThatIsCommitted() {
        Path page = Path.of(System.getProperty("sightline.root", ".")).resolve(COMMITTED);

        assertThat(page)
                .as("renew it with: deploy/sightline reference --out " + COMMITTED)
                .hasContent(ReferenceCommand.page());
    }

    @Test
    void shouldBeThePageOfSettingsThatIsCommitted() {
        Path committed = Path.of("deploy", "docs", "configuration.md");
        Path page = Path.of(System.getProperty("sightline.root", ".")).resolve(committed);

        assertThat(page)
                .as("renew it with: deploy/sightline reference --out-config " + committed)
                .hasContent(ReferenceCommand.configurationPage());
    }

    @Test
    void shouldPrintThePageOrWriteIt(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("docs").resolve("page.md");
        StringWriter printed = new StringWriter();
        PrintWriter out = new PrintWriter(printed);

        assertThat(SightlineCommand.execute(out, out, "reference")).isZero();
        assertThat(SightlineCommand.execute("reference", "--out", file.toString()))
                .isZero();

        assertThat(printed).hasToString(ReferenceCommand.page());
        assertThat(Files.readString(file)).isEqualTo(ReferenceCommand.page());
    }

    @Test
    void shouldDescribeEveryOptionOfEveryCommand() {
        requireDescribed(SightlineCommand.commandLine().getCommandSpec(), ReferenceCommand.page());
    }

    @Test
    void shouldSayNothingOfThisMachine() {
        String page = ReferenceCommand.page();

        for (String property : List.of("user.home", "user.dir", "java.io.tmpdir", "java.home")) {
            assertThat(page).doesNotContain(System.getProperty(property));
        }
        assertThat(page).doesNotContain("${");
    }

    @Test
    void shouldWriteACommandAsItIsUsed() {
        CommandLine shop = new CommandLine(CommandSpec.create().name("shop")).addSubcommand(new Buy());

        assertThat(CommandReference.markdown(shop, List.of(new CommandReference.Section("Named baskets", "None yet."))))
                .contains("""
                        - [`shop buy`](#shop-buy): Buys things.
                        - [Named baskets](#named-baskets)

                        ## shop buy

                        Buys things. Nothing is given back.

                        Not *free*.

                        ```
                        shop buy [OPTIONS] --for NAME [THING...]
                        ```

                        - `THING`: What.
                        - `-c`, `--colour NAME`: Its colour (default: red). One of: RED, BLUE.
                        - `--discount NUMBER`: Less by 5 % (default: 0.5).
                        - `--for NAME` (required): For whom.
                        - `--sizes N,..`: Which sizes: S &lt; M.
                        - `--wrapped`: In paper.

                        ## Named baskets

                        None yet.
                        """.replace("*", "\\*"));
    }

    private static void requireDescribed(CommandSpec spec, String page) {
        String heading = "# " + spec.qualifiedName() + "\n";
        assertThat(page).contains(heading);
        String rest = page.substring(page.indexOf(heading) + heading.length());
        String own = rest.split("\n#+ sightline", 2)[0];
        spec.options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .flatMap(option -> Arrays.stream(option.names()))
                .forEach(name -> assertThat(own).as(spec.qualifiedName()).contains("`" + name));
        spec.positionalParameters()
                .forEach(parameter -> assertThat(own).contains("- `" + parameter.paramLabel() + "`"));
        spec.subcommands().values().forEach(sub -> requireDescribed(sub.getCommandSpec(), page));
    }

    enum Colour {
        RED,
        BLUE
    }

    @Command(
            name = "buy",
            mixinStandardHelpOptions = true,
            description = {"Buys things. Nothing is given back.", "Not *free*."})
    static final class Buy {

        @Option(names = "--wrapped", description = "In paper.")
        boolean wrapped;

        @Option(
                names = {"-c", "--colour"},
                description = "Its colour (default: red).")
        Colour colour = Colour.RED;

        @Option(names = "--for", required = true, paramLabel = "NAME", description = "For whom.")
        @Nullable
        String receiver;

        @Option(names = "--discount", description = "Less by 5 %% (default: ${DEFAULT-VALUE}).")
        double discount = 0.5;

        @Option(names = "--sizes", split = ",", description = "Which sizes: S < M.")
        List<Integer> sizes = List.of();

        @Option(names = "--secret", hidden = true)
        boolean secret;

        @Parameters(paramLabel = "THING", arity = "0..*", description = "What.")
        List<String> things = List.of();
    }
}
