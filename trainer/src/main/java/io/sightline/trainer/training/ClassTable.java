package io.sightline.trainer.training;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which row of the proxy table belongs to which class. Rows of classes that vanish are used again. Not thread-safe.
 */
final class ClassTable {

    private final SortedMap<String, Integer> rows = new TreeMap<>();

    ClassTable(Map<String, Integer> rows) {
        this.rows.putAll(rows);
    }

    /** Row of a class that is in the table. */
    int row(String label) {
        Integer row = rows.get(label);
        if (row == null) {
            throw new IllegalArgumentException("class " + label + " has no proxy");
        }
        return row;
    }

    /** Forgets all classes but the given ones. */
    void retain(Collection<String> classes) {
        rows.keySet().retainAll(classes);
    }

    /** Gives new classes, at most so many, the lowest free rows; returns those that were added. */
    List<String> add(Collection<String> classes, int most) {
        BitSet taken = new BitSet();
        rows.values().forEach(taken::set);
        List<String> added = new ArrayList<>();
        for (String label : classes) {
            if (added.size() < most && !rows.containsKey(label)) {
                int row = taken.nextClearBit(0);
                taken.set(row);
                rows.put(label, row);
                added.add(label);
            }
        }
        return added;
    }

    /** Rows that the table needs. */
    int height() {
        return rows.values().stream().mapToInt(row -> row + 1).max().orElse(0);
    }

    int size() {
        return rows.size();
    }

    /** 1 for rows in use, 0 for spare ones. */
    float[] weights(int capacity) {
        float[] weights = new float[capacity];
        rows.values().forEach(row -> weights[row] = 1);
        return weights;
    }

    SortedMap<String, Integer> asMap() {
        return new TreeMap<>(rows);
    }
}
