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
 * @param labels of the series of a name: each label with the values that it has
 * @param families ours, as their types name them: name to type
 */
public record Scrape(Map<String, Map<String, Set<String>>> labels, Map<String, String> families) {

    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

    /** Reads Prometheus' text format. */
    public static Scrape parse(String text) {
        Map<String, Map<String, Set<String>>> labels = new TreeMap<>();
        Map<String, String> families = new TreeMap<>();
        text.lines().forEach(line -> {
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (type.matches() && type.group(1).startsWith("sightline_")) {
                families.put(type.group(1), type.group(2));
            } else if (!line.startsWith("#") && sample.matches()) {
                Map<String, Set<String>> values = labels.computeIfAbsent(sample.group(1), name -> new TreeMap<>());
                if (sample.group(2) != null) {
                    Matcher label = LABEL.matcher(sample.group(2));
                    while (label.find()) {
                        values.computeIfAbsent(label.group(1), name -> new TreeSet<>())
                                .add(ESCAPED.matcher(label.group(2)).replaceAll("$1"));
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
