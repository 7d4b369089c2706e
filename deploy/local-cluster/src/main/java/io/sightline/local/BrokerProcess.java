package io.sightline.local;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;

/** Main class of a broker's process: runs the node of the settings file that it is given, and ends with the parent. */
final class BrokerProcess {

    private BrokerProcess() {}

    public static void main(String[] args) throws IOException {
        ParentWatch.start();
        Properties settings = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(args[0]))) {
            settings.load(reader);
        }
        try {
            KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings), Time.SYSTEM);
            server.startup();
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(server::shutdown));
            server.awaitShutdown();
        } catch (RuntimeException e) {
            // Threads that were started already would keep the process.
            System.err.println("the broker of " + args[0] + " did not start: " + e);
            Exit.halt(1);
        }
    }
}
