package io.sightline.deploy.observability;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a PromQL expression names. It is read token by token, which finds a typing error in brackets, a function that there is
 * not, and every metric and label; it is no parser of all of PromQL.
 *
 * @param metrics the labels that are selected by, of each metric
 * @param grouped labels of {@code by}, {@code on} and their like
 */
public record PromQuery(Map<String, Set<String>> metrics, Set<String> grouped) {

    private static final Pattern TOKEN = Pattern.compile("\\s+|\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'"
            + "|\\[[^\\]]*\\]|[a-zA-Z_:][a-zA-Z0-9_:]*|[0-9]*\\.?[0-9]+(?:[eE][+-]?[0-9]+)?"
            + "|=~|!~|!=|==|>=|<=|[-+*/%^=<>(){},]");
    private static final Set<String> FUNCTIONS = Set.of(
            "absent",
            "rate",
            "increase",
            "delta",
            "changes",
            "histogram_quantile",
            "clamp_min",
            "max_over_time",
            "sum",
            "min",
            "max",
            "avg",
            "count",
            "label_values");
    private static final Set<String> GROUPINGS = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool", "offset");
    private static final Map<String, String> CLOSING = Map.of("(", ")", "{", "}");

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException naming what is wrong with it
     */
    public static PromQuery parse(String expression) {
        List<String> tokens = tokens(expression);
        requireBalanced(expression, tokens);
        Map<String, Set<String>> metrics = new LinkedHashMap<>();
        Set<String> grouped = new TreeSet<>();
        for (int i = 0; i < tokens.size(); i++) {
            String token = tokens.get(i);
            String next = i + 1 < tokens.size() ? tokens.get(i + 1) : "";
            if (!Character.isLetter(token.charAt(0)) && token.charAt(0) != '_') {
                continue;
            }
            if (GROUPINGS.contains(token)) {
                i = takeUntil(tokens, i + 1, ")", grouped);
            } else if (next.equals("(") || isAggregation(token, next)) {
                requireKnown(expression, token);
            } else if (!OPERATORS.contains(token)) {
                Set<String> labels = metrics.computeIfAbsent(token, name -> new TreeSet<>());
                if (next.equals("{")) {
                    i = takeUntil(tokens, i + 1, "}", labels);
                }
            }
        }
        return new PromQuery(metrics, grouped);
    }

    private static boolean isAggregation(String token, String next) {
        return GROUPINGS.contains(next) && FUNCTIONS.contains(token);
    }

    private static void requireKnown(String expression, String function) {
        if (!FUNCTIONS.contains(function) && !OPERATORS.contains(function)) {
            throw new IllegalArgumentException("unknown function '" + function + "' in " + expression);
        }
    }

    private static int takeUntil(List<String> tokens, int from, String end, Set<String> names) {
        int i = from;
        while (!tokens.get(i).equals(end)) {
            if (Character.isLetter(tokens.get(i).charAt(0))) {
                names.add(tokens.get(i));
            }
            i++;
        }
        return i;
    }

    private static List<String> tokens(String expression) {
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(expression);
        int at = 0;
        while (at < expression.length()) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw new IllegalArgumentException("cannot read '" + expression.substring(at) + "' in " + expression);
            }
            at = matcher.end();
            String token = matcher.group();
            if (!token.isBlank() && !token.startsWith("[") && !token.startsWith("\"") && !token.startsWith("'")) {
                tokens.add(token);
            }
        }
        return tokens;
    }

    private static void requireBalanced(String expression, List<String> tokens) {
        Deque<String> open = new ArrayDeque<>();
        for (String token : tokens) {
            if (CLOSING.containsKey(token)) {
                open.push(CLOSING.get(token));
            } else if (CLOSING.containsValue(token)
                    && (open.isEmpty() || !open.pop().equals(token))) {
                throw new IllegalArgumentException("'" + token + "' closes nothing in " + expression);
            }
        }
        if (!open.isEmpty()) {
            throw new IllegalArgumentException("'" + open.peek() + "' is missing in " + expression);
        }
    }
}
