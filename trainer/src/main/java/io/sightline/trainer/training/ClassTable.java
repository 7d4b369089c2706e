package io.sightline.trainer.training;

import java.util.ArrayList;
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

    /** Gives each new class the lowest free row; returns the classes that are new. */
    List<String> add(Collection<String> classes) {
        List<String> added = new ArrayList<>();
        for (String label : classes) {
            if (!rows.containsKey(label)) {
                rows.put(label, lowestFreeRow());
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

    private int lowestFreeRow() {
        for (int row = 0; ; row++) {
            if (!rows.containsValue(row)) {
                return row;
            }
        }
    }
}
