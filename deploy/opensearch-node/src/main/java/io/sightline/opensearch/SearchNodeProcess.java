package io.sightline.opensearch;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.NodeValidationException;

/**
 * Main class of a node's process: runs a node with the OpenSearch settings of the properties file that it is given, until
 * the process is ended. Lists are comma separated, as they are in OpenSearch.
 */
public final class SearchNodeProcess {

    private SearchNodeProcess() {}

    /** Starts the node and stays. */
    public static void main(String[] arguments) {
        Path file = Path.of(arguments[0]);
        try {
            Settings settings = settings(file);
            LogConfigurator.registerErrorListener();
            Environment environment = InternalSettingsPreparer.prepareEnvironment(
                    settings, Map.of(), null, () -> settings.get("node.name", "node"));
            SearchNode node = new SearchNode(environment);
            node.start();
            new CountDownLatch(1).await();
        } catch (IOException | NodeValidationException | InterruptedException | RuntimeException | Error e) {
            // Threads that were started already would keep the process.
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private static Settings settings(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Settings.Builder settings = Settings.builder();
        properties.stringPropertyNames().forEach(name -> settings.put(name, properties.getProperty(name)));
        return settings.build();
    }
}
