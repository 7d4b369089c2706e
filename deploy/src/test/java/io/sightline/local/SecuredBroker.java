package io.sightline.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/** A broker whose clients need TLS and a password: SASL_SSL with PLAIN, its certificate made for the occasion. */
public final class SecuredBroker implements AutoCloseable {

    /** Whom it lets in. */
    public static final String USER = "sightline";

    private static final String STORE_PASSWORD = "keystore-password";

    private final KafkaRaftServer server;
    private final Path directory;
    private final int port;

    private SecuredBroker(KafkaRaftServer server, Path directory, int port) {
        this.server = server;
        this.directory = directory;
        this.port = port;
    }

    /** Starts it. */
    public static SecuredBroker start(Path directory, String password) throws Exception {
        Files.createDirectories(directory);
        Path store = directory.resolve("broker.p12");
        keytool(
                "-genkeypair",
                "-alias",
                "broker",
                "-keyalg",
                "RSA",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "SAN=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                STORE_PASSWORD);
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                "broker",
                "-file",
                directory.resolve("broker.pem").toString(),
                "-keystore",
                store.toString(),
                "-storepass",
                STORE_PASSWORD);
        BrokerNode node = new BrokerNode(1, directory.resolve("kafka"), Ports.free(), Ports.free());
        Files.createDirectories(node.directory());
        node.format(Uuid.randomUuid().toString(), BrokerNode.TRANSACTION_VERSION);
        int port = Ports.free();
        Map<String, String> settings = new HashMap<>(node.settings(List.of(node)));
        String address = "127.0.0.1:" + port;
        settings.merge("listeners", "CLIENT://" + address, (all, one) -> all + "," + one);
        settings.merge("advertised.listeners", "CLIENT://" + address, (all, one) -> all + "," + one);
        settings.merge("listener.security.protocol.map", "CLIENT:SASL_SSL", (all, one) -> all + "," + one);
        settings.put("sasl.enabled.mechanisms", "PLAIN");
        settings.put(
                "listener.name.client.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required user_" + USER + "=\"" + password
                        + "\";");
        settings.put("ssl.keystore.location", store.toString());
        settings.put("ssl.keystore.password", STORE_PASSWORD);
        settings.put("ssl.keystore.type", "PKCS12");
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings), Time.SYSTEM);
        server.startup();
        return new SecuredBroker(server, directory, port);
    }

    /** {@code host:port} of the listener for clients. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** Its certificate, PEM. */
    public Path certificate() {
        return directory.resolve("broker.pem");
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("keytool failed: " + said);
        }
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
