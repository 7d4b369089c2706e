package io.sightline.indexer.erasure;

import io.sightline.embedder.erasure.Holder;
import io.sightline.schemas.avro.Erasure;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The maps of all indexes, as a place that holds images: they show ids and labels. */
final class MappedImages implements Holder {

    private final String id;
    private final Consumer<Set<String>> maps;
    private final Supplier<List<Index>> indexes;

    /** What an index does not find any more, of what is pending. */
    private final Map<Index, Set<Erasure>> hidden = new HashMap<>();

    /**
     * Nothing is hidden yet.
     *
     * @param maps show images no more, by id
     * @param indexes every index that maps may be drawn of, for this place alone
     */
    MappedImages(String id, Consumer<Set<String>> maps, Supplier<List<Index>> indexes) {
        this.id = id;
        this.maps = maps;
        this.indexes = indexes;
    }

    /** One that maps are drawn of. */
    @FunctionalInterface
    interface Index {

        /** Those of the pending that no search of it finds any more. */
        Set<Erasure> hidden(List<Erasure> pending);
    }

    @Override
    public String place() {
        return "embedding-maps";
    }

    @Override
    public String id() {
        return id;
    }

    /** They are drawn of indexes, which last: what these may still hold can come back into them. */
    @Override
    public boolean isLasting() {
        return true;
    }

    @Override
    public Map<Erasure, String> erase(List<Erasure> pending) {
        Set<Erasure> all = new HashSet<>(pending);
        List<Index> present = indexes.get();
        hidden.keySet().retainAll(present);
        Set<Erasure> everywhere = new HashSet<>(all);
        for (Index index : present) {
            Set<Erasure> before = hidden.computeIfAbsent(index, any -> new HashSet<>());
            before.retainAll(all);
            // In this order: what an index does not find is in no sample of it that is read afterwards. Other indexes
            // may
            // take long to get there, and maps of this one need not wait for them.
            Set<Erasure> now = index.hidden(without(before, pending));
            forget(now);
            before.addAll(now);
            everywhere.retainAll(before);
        }
        forget(everywhere);
        Map<Erasure, String> done = new HashMap<>();
        everywhere.forEach(erasure -> done.put(erasure, "no map shows it"));
        return done;
    }

    private void forget(Set<Erasure> erasures) {
        maps.accept(erasures.stream().map(Erasure::getId).collect(Collectors.toSet()));
    }

    private static List<Erasure> without(Set<Erasure> done, List<Erasure> pending) {
        return pending.stream().filter(erasure -> !done.contains(erasure)).toList();
    }
}
