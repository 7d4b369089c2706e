package io.sightline.indexer.store.lucene;

import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;

/** Lucene's codec of this release, with the parameters of our graph. */
final class HnswCodec extends Lucene104Codec {

    /** Edges of a node, M. */
    static final int MAX_CONNECTIONS = 16;

    /** Candidates while the graph is built, ef of construction. */
    static final int BEAM_WIDTH = 100;

    private final KnnVectorsFormat format;

    HnswCodec(Quantisation quantisation) {
        this.format = switch (quantisation) {
            case NONE -> new Lucene99HnswVectorsFormat(MAX_CONNECTIONS, BEAM_WIDTH, 1, null, 0);
            case BITS8 -> quantised(ScalarEncoding.UNSIGNED_BYTE);
            case BITS4 -> quantised(ScalarEncoding.PACKED_NIBBLE);
            case BITS1 -> quantised(ScalarEncoding.SINGLE_BIT_QUERY_NIBBLE);
        };
    }

    @Override
    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
        return format;
    }

    private static KnnVectorsFormat quantised(ScalarEncoding encoding) {
        return new Lucene104HnswScalarQuantizedVectorsFormat(encoding, MAX_CONNECTIONS, BEAM_WIDTH, 1, null, 0);
    }
}
