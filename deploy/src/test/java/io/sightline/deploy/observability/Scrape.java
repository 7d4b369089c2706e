package io.sightline.deploy.observability;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code GET /metrics} answered.
 *
 * @param labels of each series, by its name
 * @param families ours, as their types name them: name to type
 */
public record Scrape(Map<String, Set<String>> labels, Map<String, String> families) {

    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"(?:[^\"\\\\]|\\\\.)*\"");

    /** Reads Prometheus' text format. */
    public static Scrape parse(String text) {
        Map<String, Set<String>> labels = new TreeMap<>();
        Map<String, String> families = new TreeMap<>();
        text.lines().forEach(line -> {
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (type.matches() && type.group(1).startsWith("sightline_")) {
                families.put(type.group(1), type.group(2));
            } else if (!line.startsWith("#") && sample.matches()) {
                Set<String> names = labels.computeIfAbsent(sample.group(1), name -> new TreeSet<>());
                if (sample.group(2) != null) {
                    Matcher label = LABEL.matcher(sample.group(2));
                    while (label.find()) {
                        names.add(label.group(1));
                    }
                }
            }
        });
        // The longest of a time window, which comes with every timer.
        families.keySet()
                .removeIf(name -> name.endsWith("_max")
                        && families.containsKey(name.substring(0, name.length() - "_max".length())));
        return new Scrape(labels, families);
    }
}
