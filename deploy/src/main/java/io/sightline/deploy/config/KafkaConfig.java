package io.sightline.deploy.config;

import io.smallrye.config.ConfigMapping;
import java.util.Map;
import java.util.Optional;

/** The brokers and how their clients sign in. */
@ConfigMapping(prefix = "sightline.kafka")
@Doc("The brokers, and how every client of them signs in.")
public interface KafkaConfig {

    @OnCommandLine(value = "--bootstrap-servers", label = "SERVERS")
    @Doc(value = "Kafka brokers, host:port,..", otherwise = "the brokers of the stack where there is one")
    Optional<String> bootstrapServers();

    @Doc("User of SASL; with it, sasl.jaas.config is made from user and password. Needs sasl.mechanism"
            + " PLAIN or SCRAM-SHA-256 or SCRAM-SHA-512 among the client settings.")
    Optional<String> user();

    @Doc("Password of the user.")
    Optional<Secret> password();

    @Doc("Any setting of Kafka clients, for instance security.protocol, sasl.mechanism,"
            + " ssl.truststore.location: given to every admin client, producer, consumer and Streams"
            + " application. NAME-file takes the value of NAME from a file.")
    Map<String, String> client();
}
