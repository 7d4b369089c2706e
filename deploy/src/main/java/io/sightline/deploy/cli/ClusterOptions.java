package io.sightline.deploy.cli;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.Topics;
import picocli.CommandLine.Option;

/** Where brokers and registry are. */
final class ClusterOptions {

    @Option(names = "--bootstrap-servers", required = true, description = "Kafka brokers, host:port,..")
    private String bootstrapServers = "";

    @Option(
            names = "--schema-registry",
            required = true,
            description = "Address of a Confluent-compatible schema registry.")
    private String schemaRegistry = "";

    @Option(
            names = "--partitions",
            description = "Partitions of images, labels and embeddings (default: ${DEFAULT-VALUE}).")
    private int partitions = Topics.defaults().partitions();

    @Option(
            names = "--replication-factor",
            description = "Copies of every topic, -1 for the brokers' default (default: ${DEFAULT-VALUE}).")
    private short replicationFactor = -1;

    KafkaConnection connection() {
        return new KafkaConnection(bootstrapServers, schemaRegistry);
    }

    Topics topics() {
        return new Topics(partitions, replicationFactor);
    }
}
