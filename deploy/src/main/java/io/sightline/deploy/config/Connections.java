package io.sightline.deploy.config;

import io.sightline.schemas.KafkaConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brokers and registry with what their clients need, from the concerns kafka and registry. */
public final class Connections {

    private static final String MECHANISM = "sasl.mechanism";
    private static final String JAAS = "sasl.jaas.config";

    private Connections() {}

    /**
     * The connection.
     *
     * @throws IllegalArgumentException if an address is missing, or settings do not go together
     */
    public static KafkaConnection connection(Configuration configuration) {
        return connection(
                configuration,
                configuration.get(KafkaConfig.class).bootstrapServers().orElse(""),
                configuration.get(RegistryConfig.class).url().orElse(""));
    }

    private static KafkaConnection connection(Configuration configuration, String brokers, String registry) {
        return new KafkaConnection(
                brokers,
                registry,
                kafka(configuration.get(KafkaConfig.class)),
                registry(configuration.get(RegistryConfig.class)));
    }

    /** Adds what does not go together to the problems. */
    static void check(Configuration configuration) {
        configuration.attempt("sightline.kafka", List.of(KafkaConfig.class), all -> kafka(all.get(KafkaConfig.class)));
        configuration.attempt(
                "sightline.registry", List.of(RegistryConfig.class), all -> registry(all.get(RegistryConfig.class)));
    }

    private static Map<String, String> kafka(KafkaConfig config) {
        Map<String, String> settings = new HashMap<>(config.client());
        if (isPair("sightline.kafka", config.user(), config.password())) {
            if (settings.containsKey(JAAS)) {
                throw new IllegalArgumentException("sightline.kafka.user and sightline.kafka.client." + JAAS
                        + " exclude each other: leave one of them out");
            }
            settings.put(
                    JAAS,
                    module(settings.get(MECHANISM)) + " required username="
                            + quoted(config.user().orElseThrow()) + " password="
                            + quoted(config.password().orElseThrow().value()) + ";");
        }
        return settings;
    }

    private static String module(@Nullable String mechanism) {
        return switch (String.valueOf(mechanism).toUpperCase(Locale.ROOT)) {
            case "PLAIN" -> "org.apache.kafka.common.security.plain.PlainLoginModule";
            case "SCRAM-SHA-256", "SCRAM-SHA-512" -> "org.apache.kafka.common.security.scram.ScramLoginModule";
            default ->
                throw new IllegalArgumentException("sightline.kafka.user needs sightline.kafka.client." + MECHANISM
                        + " to be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; for others set sightline.kafka.client."
                        + JAAS);
        };
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static Map<String, String> registry(RegistryConfig config) {
        Map<String, String> settings = new HashMap<>(config.client());
        if (isPair("sightline.registry", config.user(), config.password())) {
            settings.put("basic.auth.credentials.source", "USER_INFO");
            settings.put(
                    "basic.auth.user.info",
                    config.user().orElseThrow() + ":"
                            + config.password().orElseThrow().value());
        }
        Optional<Secret> password = config.truststorePassword();
        Optional<Path> store = config.truststore();
        if (password.isPresent() && store.isEmpty()) {
            throw new IllegalArgumentException(
                    "sightline.registry.truststore-password is given, but no sightline.registry.truststore");
        }
        store.ifPresent(file -> {
            if (!Files.isReadable(file)) {
                throw new IllegalArgumentException(
                        "sightline.registry.truststore is " + file + ", which is not there or cannot be read");
            }
            settings.put("schema.registry.ssl.truststore.location", file.toString());
            settings.put("schema.registry.ssl.truststore.type", password.isPresent() ? "PKCS12" : "PEM");
            password.ifPresent(secret -> settings.put("schema.registry.ssl.truststore.password", secret.value()));
        });
        return settings;
    }

    private static boolean isPair(String prefix, Optional<String> user, Optional<Secret> password) {
        if (user.isPresent() != password.isPresent()) {
            throw new IllegalArgumentException(
                    "give both " + prefix + ".user and " + prefix + ".password-file, or neither");
        }
        return user.isPresent();
    }

    /** The settings of Kafka clients that none of the clients knows, in words. */
    public static List<String> warnings(Configuration configuration) {
        return KafkaClientSettings.unknown(
                configuration.get(KafkaConfig.class).client().keySet());
    }

    /** The same for brokers and a registry whose addresses are known. */
    public static KafkaConnection at(Configuration configuration, String brokers, String registry) {
        return connection(configuration, brokers, registry);
    }
}
