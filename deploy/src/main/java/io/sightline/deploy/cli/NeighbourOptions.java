package io.sightline.deploy.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which neighbours are wanted, and how they are shown, in the words of the search API. */
final class NeighbourOptions {

    @Option(names = "-k", description = "Neighbours (default: ${DEFAULT-VALUE}).")
    private int k = 10;

    @Option(
            names = "--ef",
            description = "Candidates of the graph search; more is slower and more exact (default: 100).")
    private @Nullable Integer ef;

    @Option(names = "--label", description = "Only neighbours with this label; with several, with one of them.")
    private List<String> labels = List.of();

    @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "Only neighbours with this tag; may be repeated.")
    private Map<String, String> tags = Map.of();

    @Option(
            names = "--in",
            paramLabel = "KEY=A,B",
            description = "Only neighbours whose tag has one of these values; may be repeated.")
    private Map<String, String> in = Map.of();

    @Option(
            names = "--exists",
            paramLabel = "KEY",
            description = "Only neighbours with this tag, whatever its value; may be repeated.")
    private List<String> exists = List.of();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Only neighbours from this time on, for instance 2026-11-01T00:00:00Z.")
    private @Nullable String from;

    @Option(names = "--before", paramLabel = "TIME", description = "Only neighbours from before this time.")
    private @Nullable String before;

    @Option(names = "--diversify", paramLabel = "N", description = "At most N neighbours of each label.")
    private @Nullable Integer diversify;

    @Option(
            names = "--after",
            paramLabel = "CURSOR",
            description = "The page behind the one that ended with this cursor.")
    private @Nullable String after;

    @Option(names = "--explain", description = "Also say how the answer came to be.")
    private boolean explain;

    /**
     * The properties of a search request beside the query itself.
     *
     * @throws IllegalArgumentException if an option is wrong; the message names it
     */
    Map<String, Object> request() {
        Map<String, Object> request = new HashMap<>();
        request.put("k", k);
        request.put("explain", explain);
        putIfGiven(request, "ef", ef);
        putIfGiven(request, "after", after);
        if (diversify != null) {
            request.put("diversify", Map.of("by", "label", "most", diversify));
        }
        request.put("filter", filter());
        return request;
    }

    private Map<String, Object> filter() {
        Map<String, Object> filter = new HashMap<>();
        if (!labels.isEmpty()) {
            filter.put("label", labels);
        }
        Map<String, Object> rules = new HashMap<>(tags);
        in.forEach((key, values) -> putOnce(rules, key, Map.of("in", List.of(values.split(",", -1)))));
        exists.forEach(key -> putOnce(rules, key, Map.of("exists", true)));
        filter.put("tags", rules);
        Map<String, Object> time = new HashMap<>();
        putIfGiven(time, "from", instant("--from", from));
        putIfGiven(time, "before", instant("--before", before));
        if (!time.isEmpty()) {
            filter.put("eventTime", time);
        }
        return filter;
    }

    private static void putOnce(Map<String, Object> rules, String key, Object rule) {
        if (rules.putIfAbsent(key, rule) != null) {
            throw new IllegalArgumentException(
                    "tag " + key + " is asked for twice: give one of --tag, --in and --exists");
        }
    }

    private static void putIfGiven(Map<String, Object> request, String name, @Nullable Object value) {
        if (value != null) {
            request.put(name, value);
        }
    }

    private static @Nullable String instant(String option, @Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text).toString();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(option + " is '" + text + "': give a time like 2026-11-01T00:00:00Z", e);
        }
    }
}
