package io.sightline.indexer.store.lucene;

import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;

/** Lucene's codec of this release, with the parameters of our graph. */
final class HnswCodec extends Lucene104Codec {

    /** Edges of a node, M. */
    static final int MAX_CONNECTIONS = 16;

    /** Candidates while the graph is built, ef of construction. */
    static final int BEAM_WIDTH = 100;

    @Override
    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
        return new Lucene99HnswVectorsFormat(MAX_CONNECTIONS, BEAM_WIDTH, 1, null, 0);
    }
}
