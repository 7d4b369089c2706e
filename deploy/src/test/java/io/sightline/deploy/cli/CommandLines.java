package io.sightline.deploy.cli;

import java.util.List;
import picocli.CommandLine;

/** Parses command lines that stand in files, without running them. */
public final class CommandLines {

    private CommandLines() {}

    /**
     * Checks commands, options and the types of their values.
     *
     * @throws CommandLine.ParameterException if the command would not understand it
     */
    public static void parse(List<String> arguments) {
        String[] given = arguments.toArray(String[]::new);
        SightlineCommand.commandLine(given).parseArgs(given);
    }

    /** Whether there is a command of this name. */
    public static boolean exists(String command) {
        return SightlineCommand.commandLine().getSubcommands().containsKey(command);
    }
}
