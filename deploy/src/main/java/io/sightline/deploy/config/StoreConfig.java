package io.sightline.deploy.config;

import io.sightline.indexer.store.lucene.Quantisation;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What keeps the indexes. */
@ConfigMapping(prefix = "sightline.store")
@Doc("What keeps the indexes.")
public interface StoreConfig {

    @WithDefault("lucene")
    @OnCommandLine(value = "--store", label = "NAME")
    @Doc("What keeps the indexes. Lucene is in this process and its folder; OpenSearch is a cluster with"
            + " the k-NN plugin.")
    Kind kind();

    @WithDefault("none")
    @OnCommandLine(value = "--quantise", label = "NAME")
    @Doc("What the graph search of a Lucene index reads of each dimension; what it finds is ranked by the"
            + " full vectors. Less memory for many dimensions. An index of another kind is built anew.")
    Quantisation quantise();

    /** The stores. */
    enum Kind {
        LUCENE,
        OPENSEARCH
    }
}
