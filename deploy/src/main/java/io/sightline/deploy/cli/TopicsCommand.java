package io.sightline.deploy.cli;

import io.sightline.deploy.config.Configuration;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sightline topics}. */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        description = "Looks after the topics.",
        subcommands = TopicsCommand.Apply.class)
final class TopicsCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    TopicsCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: apply");
    }

    /** {@code sightline topics apply}. */
    @Command(
            name = "apply",
            mixinStandardHelpOptions = true,
            description =
                    "Creates the topics that are missing, corrects their settings and registers the schemas. Applying"
                            + " twice changes nothing.")
    static final class Apply implements Callable<Integer> {

        @Mixin
        private ClusterOptions cluster = new ClusterOptions();

        @Override
        public Integer call() {
            Configuration configuration = cluster.configuration();
            KafkaConnection connection = ClusterOptions.connection(configuration);
            try (Admin admin = Admin.create(connection.admin())) {
                new TopicAdmin(admin)
                        .apply(ClusterOptions.topics(configuration).fixed())
                        .forEach((topic, change) -> System.out.printf("%-9s %s%n", change, topic));
            }
            new RecordSerdes(connection).register();
            RecordSerdes.SCHEMAS.forEach(schema -> System.out.println("schema    " + schema.getFullName()));
            return 0;
        }
    }
}
