package io.sightline.deploy.cli;

import io.sightline.deploy.bench.BenchFolder;
import io.sightline.deploy.demo.Rehearsal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code sightline rehearse}, to which deploy/sightline adds the JVM's -XX:ArchiveClassesAtExit. */
@Command(
        name = "rehearse",
        mixinStandardHelpOptions = true,
        description = {
            "Sends a few drawings through the whole line in a temporary folder, while the JVM notes which classes that"
                    + " takes: services start with less work from then on.",
            "Takes a minute or less, once after each build. To be part of an installation, as of a container's image."
        })
final class RehearseCommand implements Callable<Integer> {

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory("sightline-rehearsal-");
        try {
            LogFile.into(folder, "rehearsal", "OFF");
            new Rehearsal(folder).run();
            return 0;
        } finally {
            BenchFolder.delete(folder);
        }
    }
}
