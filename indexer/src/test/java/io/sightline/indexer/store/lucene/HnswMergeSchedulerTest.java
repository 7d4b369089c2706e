package io.sightline.indexer.store.lucene;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.testing.Patience;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.MergeScheduler;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(Patience.TEST_SECONDS)
class HnswMergeSchedulerTest {

    private static final int TURNS = HnswMergeScheduler.TURNS;
    private static final int LARGE_TURNS = HnswMergeScheduler.LARGE_TURNS;
    private static final int LARGE = 20_000;
    private static final int SEGMENTS = LARGE_TURNS + 1;
    private static final String KIND = "kind";

    @TempDir
    Path directory;

    private final Set<MergePolicy.OneMerge> running = ConcurrentHashMap.newKeySet();
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    @Test
    void shouldMergeFewAtATimeAndSmallOnesBesideALargeOne() throws Exception {
        try (HnswMergeScheduler scheduler = new HnswMergeScheduler()) {
            List<MergePolicy.OneMerge> large = begin(scheduler, TURNS + 2, LARGE);
            await().until(() -> running.size() == LARGE_TURNS);
            List<MergePolicy.OneMerge> small = begin(scheduler, TURNS + 2, 1);
            await().until(() -> running.size() == TURNS);
            // Whoever comes too early comes within that time.
            await().during(Duration.ofMillis(300)).until(() -> running.size() == TURNS);

            assertThat(running.stream().filter(large::contains)).hasSize(LARGE_TURNS);
            assertThat(running.stream().filter(small::contains)).hasSize(TURNS - LARGE_TURNS);

            // Whoever closes an index waits for its merges.
            List<MergePolicy.OneMerge> waiting =
                    large.stream().filter(merge -> !running.contains(merge)).toList();
            waiting.forEach(MergePolicy.OneMerge::setAborted);
            await().until(() -> running.containsAll(waiting));

            end.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(running).containsAll(small);
        } finally {
            end.countDown();
        }
    }

    /** Lucene pauses the largest of several large merges for the others, which here wait for it. */
    @Test
    void shouldEndLargeMergesThatAreAskedForAtOnce() throws Exception {
        ExpungingMergePolicy policy = new ExpungingMergePolicy();
        try (Directory index = FSDirectory.open(directory);
                IndexWriter writer = new IndexWriter(
                        index,
                        new IndexWriterConfig()
                                .setMergePolicy(policy)
                                .setMergeScheduler(new HnswMergeScheduler())
                                .setRAMBufferSizeMB(1000))) {
            for (int i = 0; i < SEGMENTS; i++) {
                addSegment(writer, i);
            }
            writer.deleteDocuments(new Term(KIND, "first"));
            writer.commit();
            Set<String> before = names(index);
            assertThat(before).hasSize(SEGMENTS);

            policy.condemn(before);
            writer.forceMergeDeletes(true);
            writer.commit();

            assertThat(names(index)).hasSize(SEGMENTS).doesNotContainAnyElementsOf(before);
        }
    }

    /** Of more than the 50 MB from which Lucene takes a merge for a large one. */
    private static void addSegment(IndexWriter writer, int number) throws IOException {
        Random random = new Random(number);
        for (int i = 0; i < LARGE + 1; i++) {
            byte[] bytes = new byte[3000];
            random.nextBytes(bytes);
            Document document = new Document();
            document.add(new StringField(KIND, i == 0 ? "first" : "other", Field.Store.NO));
            document.add(new BinaryDocValuesField("bytes", new BytesRef(bytes)));
            writer.addDocument(document);
        }
        writer.flush();
    }

    private static Set<String> names(Directory index) throws IOException {
        return SegmentInfos.readLatestCommit(index).asList().stream()
                .map(segment -> segment.info.name)
                .collect(Collectors.toSet());
    }

    private List<MergePolicy.OneMerge> begin(HnswMergeScheduler scheduler, int count, int documents)
            throws IOException {
        List<MergePolicy.OneMerge> merges = new ArrayList<>();
        SegmentInfos segments = segmentOf(documents);
        for (int i = 0; i < count; i++) {
            MergePolicy.OneMerge merge = new MergePolicy.OneMerge(segments.asList());
            merges.add(merge);
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    scheduler.doMerge(new Merging(), merge);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        return merges;
    }

    private SegmentInfos segmentOf(int documents) throws IOException {
        try (Directory index = FSDirectory.open(directory.resolve(documents + " documents"));
                IndexWriter writer =
                        new IndexWriter(index, new IndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE))) {
            for (int i = 0; i < documents; i++) {
                writer.addDocument(new Document());
            }
            writer.commit();
            return SegmentInfos.readLatestCommit(index);
        }
    }

    /** Merges that last until the end of the test. */
    private final class Merging implements MergeScheduler.MergeSource {

        @Override
        public void merge(MergePolicy.OneMerge merge) {
            running.add(merge);
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public MergePolicy.@Nullable OneMerge getNextMerge() {
            return null;
        }

        @Override
        public void onMergeFinished(MergePolicy.OneMerge merge) {}

        @Override
        public boolean hasPendingMerges() {
            return false;
        }
    }
}
