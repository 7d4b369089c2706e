package io.sightline.opensearch;

import java.util.List;
import org.opensearch.Version;
import org.opensearch.env.Environment;
import org.opensearch.index.reindex.ReindexModulePlugin;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessModulePlugin;
import org.opensearch.plugins.PluginInfo;
import org.opensearch.transport.Netty4ModulePlugin;

/** A node with the plugins that a vector store needs, taken from the class path and not from a plugins folder. */
final class SearchNode extends Node {

    /** The last one comes in a zip, which nothing can be compiled against. */
    private static final List<String> PLUGINS = List.of(
            Netty4ModulePlugin.class.getName(),
            PainlessModulePlugin.class.getName(),
            ReindexModulePlugin.class.getName(),
            "org.opensearch.knn.plugin.KNNPlugin");

    SearchNode(Environment environment) {
        super(environment, PLUGINS.stream().map(SearchNode::info).toList(), true);
    }

    private static PluginInfo info(String plugin) {
        return new PluginInfo(
                plugin,
                "from the class path",
                Version.CURRENT.toString(),
                Version.CURRENT,
                System.getProperty("java.specification.version"),
                plugin,
                null,
                List.of(),
                false);
    }
}
