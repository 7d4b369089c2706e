package io.sightline.trainer.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.versions.HoldoutRule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReplayBufferTest {

    private static final HoldoutRule NONE = new HoldoutRule(0);

    @Test
    void shouldKeepTheSameSampleWhateverTheOrderAndHoweverOftenItIsDelivered() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<ReplayItem> items = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            items.add(item("image-" + i, "class-" + i % 3, 10));
        }
        ReplayBuffer once = new ReplayBuffer(20, 10_000);
        items.forEach(item -> once.put(0, item));
        List<ReplayItem> redelivered = new ArrayList<>(items);
        redelivered.addAll(items.subList(0, 300));
        Collections.shuffle(redelivered, random);
        ReplayBuffer again = new ReplayBuffer(20, 10_000);
        redelivered.forEach(item -> again.put(0, item));

        assertThat(ids(again)).as("seed " + seed).isEqualTo(ids(once));
        assertThat(once.snapshot(NONE).training().values()).allMatch(list -> list.size() == 20);
    }

    @Test
    void shouldTakeEveryImageOfAClassWithTheSameProbability() {
        int[] kept = new int[200];
        for (int run = 0; run < 200; run++) {
            ReplayBuffer buffer = new ReplayBuffer(20, 1_000_000);
            for (int i = 0; i < kept.length; i++) {
                buffer.put(0, item("run-" + run + "-image-" + i, "class", 1));
            }
            for (ReplayItem item : buffer.snapshot(NONE).training().getOrDefault("class", List.of())) {
                kept[Integer.parseInt(item.id().substring(item.id().lastIndexOf('-') + 1))]++;
            }
        }

        // 200 runs with probability 0.1: mean 20, standard deviation 4.2; early and late images alike.
        double early = java.util.Arrays.stream(kept, 0, 100).average().orElse(0);
        double late = java.util.Arrays.stream(kept, 100, 200).average().orElse(0);
        assertThat(early).isBetween(18.5, 21.5);
        assertThat(late).isBetween(18.5, 21.5);
    }

    @Test
    void shouldNotCountAnImageThatLeavesAtOnceAsAChange() {
        ReplayBuffer buffer = new ReplayBuffer(5, 1_000_000);
        for (int i = 0; i < 50; i++) {
            buffer.put(0, item("image-" + i, "class", 1));
        }
        long full = buffer.changes();
        ReplaySnapshot snapshot = buffer.snapshot(NONE);

        int left = 0;
        for (int i = 50; i < 100; i++) {
            String id = "image-" + i;
            boolean leaves = buffer.put(0, item(id, "class", 1)).equals(List.of(id));
            left += leaves ? 1 : 0;
        }

        assertThat(left).isPositive();
        assertThat(buffer.changes()).isEqualTo(full + 50 - left);
        assertThat(snapshot.trainingImages()).isEqualTo(5);
    }

    @Test
    void shouldStayWithinItsBytesByTakingFromTheLargestClass() {
        ReplayBuffer buffer = new ReplayBuffer(1000, 1_000);
        for (int i = 0; i < 5; i++) {
            buffer.put(0, item("small-" + i, "small", 10));
        }
        for (int i = 0; i < 500; i++) {
            buffer.put(0, item("large-" + i, "large", 10));
        }

        ReplaySnapshot snapshot = buffer.snapshot(NONE);
        assertThat(snapshot.trainingImages()).isEqualTo(100);
        assertThat(snapshot.training().getOrDefault("small", List.of())).hasSize(5);
    }

    @Test
    void shouldFollowRelabelsDeletionsAndLostPartitions() {
        ReplayBuffer buffer = new ReplayBuffer(10, 1_000);
        buffer.put(0, item("a", "cat", 1));
        buffer.put(1, item("b", "cat", 1));
        buffer.put(0, item("a", "dog", 1));
        assertThat(buffer.snapshot(NONE).training().keySet()).containsExactly("cat", "dog");

        buffer.remove(0, "a");
        assertThat(ids(buffer)).containsExactly("b");

        buffer.drop(1);
        assertThat(ids(buffer)).isEmpty();
    }

    @Test
    void shouldGiveSnapshotsOfWhatIsThereWhateverCameBetweenThem() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ReplayBuffer buffer = new ReplayBuffer(4, 60);
        List<Map<String, ReplayItem>> partitions = List.of(new HashMap<>(), new HashMap<>());
        for (int i = 0; i < 2_000; i++) {
            int partition = random.nextInt(2);
            Map<String, ReplayItem> model = partitions.get(partition);
            String id = "image-" + partition + "-" + random.nextInt(40);
            int action = random.nextInt(100);
            if (action < 80) {
                ReplayItem item = item(id, "class-" + random.nextInt(12), 1 + random.nextInt(5));
                model.put(id, item);
                buffer.put(partition, item).forEach(model::remove);
            } else if (action < 99) {
                model.remove(id);
                buffer.remove(partition, id);
            } else {
                model.clear();
                buffer.drop(partition);
            }
            if (random.nextInt(3) == 0) {
                HoldoutRule rule = new HoldoutRule(0.3, random.nextInt(2) * 8, 0.2);
                List<ReplayItem> all = partitions.stream()
                        .flatMap(one -> one.values().stream())
                        .toList();
                assertThat(buffer.snapshot(rule))
                        .as("seed " + seed + ", after " + i)
                        .isEqualTo(ReplaySnapshot.of(all, rule, Map.of()));
            }
        }
    }

    @Test
    void shouldLeaveEarlierSnapshotsAsTheyWere() {
        ReplayBuffer buffer = new ReplayBuffer(10, 1_000);
        buffer.put(0, item("a", "cat", 1));
        ReplaySnapshot before = buffer.snapshot(NONE);
        buffer.put(0, item("b", "cat", 1));
        buffer.snapshot(NONE);

        assertThat(before.trainingItems()).extracting(ReplayItem::id).containsExactly("a");
    }

    @Test
    void shouldTellWhichImageHadToLeave() {
        ReplayBuffer buffer = new ReplayBuffer(1, 1_000);
        List<String> none = buffer.put(0, item("a", "cat", 1));
        List<String> evicted = buffer.put(0, item("b", "cat", 1));

        assertThat(none).isEmpty();
        assertThat(evicted).hasSize(1);
        assertThat(ids(buffer)).doesNotContain(evicted.getFirst()).hasSize(1);
    }

    @Test
    void shouldGiveTheSameSnapshotUntilSomethingChanges() {
        ReplayBuffer buffer = new ReplayBuffer(10, 1_000);
        buffer.put(0, item("a", "cat", 1));
        ReplaySnapshot first = buffer.snapshot(NONE);

        assertThat(buffer.snapshot(NONE)).isSameAs(first);
        buffer.put(0, item("b", "cat", 1));
        assertThat(buffer.snapshot(NONE)).isNotSameAs(first);
    }

    @Test
    void shouldHoldOutAboutItsShareOfTheClassesAlwaysTheSame() {
        HoldoutRule rule = new HoldoutRule(0.1);
        long held = java.util.stream.IntStream.range(0, 10_000)
                .filter(i -> rule.isHeldOut("class-" + i))
                .count();

        assertThat(held).isBetween(850L, 1150L);
        assertThat(new HoldoutRule(0.1).isHeldOut("class-7")).isEqualTo(rule.isHeldOut("class-7"));
    }

    @Test
    void shouldHoldOutImagesWhereThereAreFewClasses() {
        ReplayBuffer buffer = new ReplayBuffer(1000, 1_000_000);
        for (int i = 0; i < 500; i++) {
            buffer.put(0, item("image-" + i, "class-" + i % 5, 1));
        }

        ReplaySnapshot snapshot = buffer.snapshot(new HoldoutRule(0.1));

        assertThat(snapshot.training()).hasSize(5);
        assertThat(snapshot.holdout()).hasSize(5);
        assertThat(snapshot.holdoutItems().size()).isBetween(70, 130);
    }

    @Test
    void shouldHoldNothingOfAnImageThatWasRemovedNotEvenForTheNextSnapshot() {
        ReplayBuffer buffer = new ReplayBuffer(10, 1000);
        buffer.put(0, item("a", "cat", 1));
        buffer.put(1, item("b", "cat", 1));
        ReplaySnapshot before = buffer.snapshot(NONE);
        assertThat(buffer.holds("a")).isTrue();

        buffer.remove(0, "a");

        assertThat(buffer.holds("a")).isFalse();
        assertThat(buffer.holds("b")).isTrue();
        assertThat(before.contains("a")).isTrue();
        assertThat(buffer.snapshot(NONE).contains("a")).isFalse();
        assertThat(buffer.snapshot(NONE).contains("b")).isTrue();
    }

    private static Set<String> ids(ReplayBuffer buffer) {
        return buffer.snapshot(NONE).training().values().stream()
                .flatMap(List::stream)
                .map(ReplayItem::id)
                .collect(Collectors.toSet());
    }

    private static ReplayItem item(String id, String label, int bytes) {
        return new ReplayItem(id, label, 0, new byte[bytes]);
    }
}
