package io.sightline.deploy.observability;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a PromQL expression names. It is read token by token, which finds a typing error in brackets, a function that there is
 * not, and every metric, label and value; it is no parser of all of PromQL.
 *
 * @param metrics what is selected by, of each metric
 * @param grouped labels of {@code by}, {@code on} and their like
 * @param aggregated whether series are put together, so that no other labels than those are left
 */
public record PromQuery(Map<String, Set<LabelMatcher>> metrics, Set<String> grouped, boolean aggregated) {

    private static final Pattern TOKEN = Pattern.compile("\\s+|\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'"
            + "|\\[[^\\]]*\\]|[a-zA-Z_:][a-zA-Z0-9_:]*|[0-9]*\\.?[0-9]+(?:[eE][+-]?[0-9]+)?"
            + "|=~|!~|!=|==|>=|<=|[-+*/%^=<>(){},]");
    private static final Set<String> AGGREGATIONS = Set.of("sum", "min", "max", "avg", "count");
    private static final Set<String> FUNCTIONS = Set.of(
            "absent",
            "rate",
            "increase",
            "delta",
            "changes",
            "histogram_quantile",
            "clamp_min",
            "max_over_time",
            "label_values");
    private static final Set<String> GROUPINGS = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool", "offset");
    private static final Set<String> MATCHINGS = Set.of("=", "!=", "=~", "!~");
    private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");
    private static final Map<String, String> CLOSING = Map.of("(", ")", "{", "}");

    /** One of the conditions in a metric's braces, such as {@code reason=~"a|b"}. */
    public record LabelMatcher(String label, String operator, String value) {

        /**
         * The values that it names, also those that it leaves out: of a regular expression each branch. Empty if they
         * cannot be told: Grafana puts in its variables, a group has branches of its own, and no value is no label.
         */
        public List<String> alternatives() {
            if (value.contains("$") || (isPattern() && value.matches(".*[(\\[\\\\].*"))) {
                return List.of();
            }
            return Arrays.stream(isPattern() ? value.split("\\|", -1) : new String[] {value})
                    .filter(alternative -> !alternative.isEmpty())
                    .toList();
        }

        /** Those of the alternatives that none of these values is. */
        public List<String> missing(Set<String> values) {
            return alternatives().stream()
                    .filter(alternative -> values.stream()
                            .noneMatch(one -> isPattern() ? one.matches(alternative) : one.equals(alternative)))
                    .toList();
        }

        private boolean isPattern() {
            return operator.endsWith("~");
        }
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException naming what is wrong with it
     */
    public static PromQuery parse(String expression) {
        List<String> tokens = tokens(expression);
        requireBalanced(expression, tokens);
        Map<String, Set<LabelMatcher>> metrics = new LinkedHashMap<>();
        Set<String> grouped = new TreeSet<>();
        boolean aggregated = false;
        for (int i = 0; i < tokens.size(); i++) {
            String token = tokens.get(i);
            String next = i + 1 < tokens.size() ? tokens.get(i + 1) : "";
            if (!Character.isLetter(token.charAt(0)) && token.charAt(0) != '_') {
                continue;
            }
            if (GROUPINGS.contains(token)) {
                i = takeLabels(tokens, i + 1, grouped);
            } else if (next.equals("(") || isAggregation(token, next)) {
                requireKnown(expression, token);
                aggregated |= AGGREGATIONS.contains(token);
            } else if (!OPERATORS.contains(token)) {
                Set<LabelMatcher> matchers = metrics.computeIfAbsent(token, name -> new LinkedHashSet<>());
                if (next.equals("{")) {
                    i = takeMatchers(expression, tokens, i + 2, matchers);
                }
            }
        }
        return new PromQuery(metrics, grouped, aggregated);
    }

    private static boolean isAggregation(String token, String next) {
        return GROUPINGS.contains(next) && AGGREGATIONS.contains(token);
    }

    private static void requireKnown(String expression, String function) {
        if (!FUNCTIONS.contains(function) && !AGGREGATIONS.contains(function) && !OPERATORS.contains(function)) {
            throw new IllegalArgumentException("unknown function '" + function + "' in " + expression);
        }
    }

    private static int takeLabels(List<String> tokens, int from, Set<String> labels) {
        int i = from;
        while (!tokens.get(i).equals(")")) {
            if (Character.isLetter(tokens.get(i).charAt(0))) {
                labels.add(tokens.get(i));
            }
            i++;
        }
        return i;
    }

    private static int takeMatchers(String expression, List<String> tokens, int from, Set<LabelMatcher> matchers) {
        int i = from;
        while (!tokens.get(i).equals("}")) {
            List<String> matcher = tokens.subList(i, Math.min(i + 3, tokens.size()));
            if (matcher.size() < 3 || !MATCHINGS.contains(matcher.get(1)) || !isQuoted(matcher.get(2))) {
                throw new IllegalArgumentException(
                        "'" + String.join("", matcher) + "' selects nothing in " + expression);
            }
            matchers.add(new LabelMatcher(matcher.get(0), matcher.get(1), unquoted(matcher.get(2))));
            i += 3;
            if (tokens.get(i).equals(",")) {
                i++;
            }
        }
        return i;
    }

    private static boolean isQuoted(String token) {
        return token.startsWith("\"") || token.startsWith("'");
    }

    private static String unquoted(String token) {
        return ESCAPED.matcher(token.substring(1, token.length() - 1)).replaceAll("$1");
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
            if (!token.isBlank() && !token.startsWith("[")) {
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
