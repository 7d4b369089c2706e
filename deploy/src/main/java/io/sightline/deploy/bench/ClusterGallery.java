package io.sightline.deploy.bench;

import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.lucene.LuceneStore;
import io.sightline.indexer.store.lucene.Quantisation;
import io.sightline.indexer.store.opensearch.OpenSearchSettings;
import io.sightline.indexer.store.opensearch.OpenSearchStores;
import io.sightline.local.OpenSearchCluster;
import io.sightline.schemas.Started;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** The same vectors in a Lucene store and on one node of OpenSearch on this machine. Close it once; not thread-safe. */
final class ClusterGallery implements AutoCloseable {

    private static final String HEAP = "768m";
    /** One node has no place for a second copy. */
    private static final OpenSearchSettings.Layout LAYOUT = new OpenSearchSettings.Layout(1, 0);

    private final Started started = new Started();
    private final LuceneStore lucene;
    private final VectorStore store;

    /** Starts the node and fills both. */
    ClusterGallery(Path folder, float[][] vectors) throws StoreDamagedException, InterruptedException {
        try {
            this.lucene = started.add(IndexGallery.build(folder.resolve("lucene"), Quantisation.NONE, vectors));
            OpenSearchCluster cluster = started.add(OpenSearchCluster.start(folder, 1, HEAP));
            OpenSearchStores stores = started.add(new OpenSearchStores(
                    OpenSearchSettings.of(cluster.urls().toArray(URI[]::new)).with(LAYOUT), Clock.systemUTC()));
            this.store = started.add(stores.open(IndexGallery.key(vectors)));
            IndexGallery.write(store, vectors);
        } catch (StoreDamagedException | InterruptedException | RuntimeException | Error e) {
            started.undo(e);
            throw e;
        }
    }

    /** Rows of both for each number of candidates. */
    List<IndexRow> rows(List<Integer> efs, int[][] truth) {
        List<IndexRow> rows = new ArrayList<>();
        for (int ef : efs) {
            rows.add(IndexRow.local(
                    "store", ef, query -> IndexBench.ids(lucene.nearest(IndexBench.all(query, ef))), truth));
            rows.add(IndexRow.remote(
                    "store, OpenSearch", ef, query -> IndexBench.ids(store.nearest(IndexBench.all(query, ef))), truth));
        }
        return rows;
    }

    @Override
    public void close() {
        started.close();
    }
}
