package io.sightline.deploy.bench;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** Vectors and ids in Lucene and nothing else, by its own API: what our store is measured against. Close it once. */
final class RawLucene implements AutoCloseable {

    private static final String ID = "id";
    private static final String VECTOR = "vector";
    private static final String GROUP = "group";

    private final Directory directory;
    private final DirectoryReader reader;
    private final IndexSearcher searcher;

    private RawLucene(Directory directory, DirectoryReader reader) {
        this.directory = directory;
        this.reader = reader;
        this.searcher = new IndexSearcher(reader);
    }

    /** Writes all vectors, merges them to one segment, commits and opens that. */
    static RawLucene build(Path path, float[][] vectors) throws IOException {
        Directory directory = FSDirectory.open(path);
        try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig().setCodec(new Codec()))) {
            for (int i = 0; i < vectors.length; i++) {
                Document document = new Document();
                String id = IndexGallery.id(i);
                document.add(new StringField(ID, id, Field.Store.NO));
                document.add(new BinaryDocValuesField(ID + "Value", new BytesRef(id)));
                document.add(new StringField(GROUP, IndexGallery.group(i), Field.Store.NO));
                document.add(new StringField(GROUP, IndexGallery.largeGroup(i), Field.Store.NO));
                document.add(new KnnFloatVectorField(VECTOR, vectors[i], VectorSimilarityFunction.DOT_PRODUCT));
                writer.updateDocument(new Term(ID, id), document);
            }
            writer.forceMerge(1);
            writer.commit();
        }
        return new RawLucene(directory, DirectoryReader.open(directory));
    }

    /**
     * Ids of the nearest, best first.
     *
     * @param group that they must be in, null for all
     */
    String[] nearest(float[] query, int k, int ef, @Nullable String group) throws IOException {
        Query filter = group == null ? null : new TermQuery(new Term(GROUP, group));
        ScoreDoc[] found = searcher.search(new KnnFloatVectorQuery(VECTOR, query, ef, filter), k).scoreDocs;
        String[] ids = new String[found.length];
        for (int i = 0; i < found.length; i++) {
            LeafReaderContext leaf = reader.leaves().get(ReaderUtil.subIndex(found[i].doc, reader.leaves()));
            BinaryDocValues values = leaf.reader().getBinaryDocValues(ID + "Value");
            values.advanceExact(found[i].doc - leaf.docBase);
            ids[i] = values.binaryValue().utf8ToString();
        }
        return ids;
    }

    @Override
    public void close() throws IOException {
        reader.close();
        directory.close();
    }

    private static final class Codec extends Lucene104Codec {
        @Override
        public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return new Lucene99HnswVectorsFormat(16, 100, 1, null, 0);
        }
    }
}
