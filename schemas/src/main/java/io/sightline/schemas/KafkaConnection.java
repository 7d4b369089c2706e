package io.sightline.schemas;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Where the brokers and the schema registry are, and the client settings that every service shares. Immutable.
 *
 * @param bootstrapServers {@code host:port,..} of the Kafka brokers
 * @param schemaRegistry base address of a Confluent-compatible schema registry, or {@code mock://scope} in tests
 * @param extra further settings of Kafka clients, for instance SASL or TLS; they win over ours
 * @param registryClient further settings of the registry's client, for instance basic authentication or TLS
 */
public record KafkaConnection(
        String bootstrapServers, String schemaRegistry, Map<String, String> extra, Map<String, String> registryClient) {

    /** Largest request that our clients send or fetch, in bytes. */
    public static final int MAX_REQUEST_BYTES = 16 * 1024 * 1024;

    private static final Pattern USER_INFO = Pattern.compile("(://)[^/\\s,]*@");
    private static final long PRODUCER_BUFFER_BYTES = 64L * 1024 * 1024;

    /**
     * Checks that both addresses are there.
     *
     * @throws IllegalArgumentException naming the setting that is empty
     */
    public KafkaConnection {
        requireText("bootstrap servers", bootstrapServers);
        requireText("schema registry", schemaRegistry);
        extra = Map.copyOf(extra);
        registryClient = Map.copyOf(registryClient);
    }

    /** A connection with further settings of Kafka clients only. */
    public KafkaConnection(String bootstrapServers, String schemaRegistry, Map<String, String> extra) {
        this(bootstrapServers, schemaRegistry, extra, Map.of());
    }

    /** A connection without further settings. */
    public KafkaConnection(String bootstrapServers, String schemaRegistry) {
        this(bootstrapServers, schemaRegistry, Map.of(), Map.of());
    }

    /** Address of the registry as it may be shown: a user and a password in it are not. */
    public String shownRegistry() {
        return USER_INFO.matcher(schemaRegistry).replaceAll("$1****@");
    }

    /** Without the further settings: there are passwords in them. */
    @Override
    public String toString() {
        return "KafkaConnection[" + bootstrapServers + ", " + shownRegistry() + "]";
    }

    /** Settings of an {@code Admin} client. */
    public Map<String, Object> admin() {
        Map<String, Object> settings = new HashMap<>();
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.putAll(extra);
        return settings;
    }

    /** Settings of an idempotent producer that is told of a write only when all in-sync replicas have it. */
    public Map<String, Object> producer(String clientId) {
        Map<String, Object> settings = new HashMap<>(admin());
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, PRODUCER_BUFFER_BYTES);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 60_000);
        settings.putAll(extra);
        return settings;
    }

    /**
     * Settings of a consumer without a group that is assigned its partitions, starts where it is told and sees only
     * committed transactions.
     */
    public Map<String, Object> assignedConsumer(String clientId) {
        Map<String, Object> settings = new HashMap<>(admin());
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        // A reader that outlives a version's topic must not bring it back.
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, MAX_REQUEST_BYTES);
        settings.putAll(extra);
        return settings;
    }

    /** Settings that every Kafka Streams application of ours starts from. */
    public Properties streams(String applicationId, String stateDirectory) {
        Properties settings = new Properties();
        settings.put("application.id", applicationId);
        settings.put("bootstrap.servers", bootstrapServers);
        settings.put("state.dir", stateDirectory);
        settings.put("producer.max.request.size", MAX_REQUEST_BYTES);
        settings.put("producer.buffer.memory", PRODUCER_BUFFER_BYTES);
        settings.put("consumer.max.partition.fetch.bytes", MAX_REQUEST_BYTES);
        settings.put("auto.offset.reset", "earliest");
        settings.putAll(extra);
        return settings;
    }

    private static void requireText(String setting, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(setting + " is empty: give host:port or an address");
        }
    }
}
