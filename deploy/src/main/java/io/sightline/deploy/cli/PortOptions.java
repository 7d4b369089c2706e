package io.sightline.deploy.cli;

import io.sightline.deploy.stack.Ports;
import picocli.CommandLine.Option;

/** Where an all-in-one stack listens. */
final class PortOptions {

    @Option(names = "--kafka-port", description = "Port of the broker, 0 for any (default: ${DEFAULT-VALUE}).")
    private int kafka = Ports.DEFAULT.kafka();

    @Option(
            names = "--registry-port",
            description = "Port of the schema registry, 0 for any (default: ${DEFAULT-VALUE}).")
    private int registry = Ports.DEFAULT.registry();

    @Option(names = "--ingest-port", description = "Port of the ingest API, 0 for any (default: ${DEFAULT-VALUE}).")
    private int ingest = Ports.DEFAULT.ingest();

    @Option(names = "--search-port", description = "Port of the search API, 0 for any (default: ${DEFAULT-VALUE}).")
    private int search = Ports.DEFAULT.search();

    @Option(
            names = "--trainer-port",
            description = "Port of the trainer's status, 0 for any (default: ${DEFAULT-VALUE}).")
    private int trainer = Ports.DEFAULT.trainer();

    Ports ports() {
        return new Ports(kafka, registry, ingest, search, trainer);
    }
}
