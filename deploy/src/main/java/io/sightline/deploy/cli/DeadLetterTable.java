package io.sightline.deploy.cli;

import io.sightline.indexer.deadletters.DeadLetterView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Dead events in columns as wide as what is in them; details take what is left of a line. */
final class DeadLetterTable {

    private static final List<String> HEAD = List.of("event", "key", "reason", "versions", "given up", "detail");
    private static final String GAP = "  ";
    private static final String CUT = "...";

    private DeadLetterTable() {}

    /** A head and a line for each event, none longer than the given columns. */
    static List<String> lines(List<DeadLetterView> views, int columns) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        views.forEach(view -> rows.add(row(view)));
        int[] widths = new int[HEAD.size() - 1];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return rows.stream().map(row -> cut(line(row, widths), columns)).toList();
    }

    /** How many there are, and how many for each reason. */
    static String count(List<DeadLetterView> views) {
        Map<String, Long> reasons = views.stream()
                .collect(Collectors.groupingBy(view -> view.reason().name(), TreeMap::new, Collectors.counting()));
        String total = views.size() + (views.size() == 1 ? " dead event" : " dead events");
        return reasons.isEmpty()
                ? total
                : total
                        + reasons.entrySet().stream()
                                .map(reason -> reason.getKey() + " " + reason.getValue())
                                .collect(Collectors.joining(", ", ": ", ""));
    }

    /** Text of others on one line, without what a terminal would obey. */
    static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    private static List<String> row(DeadLetterView view) {
        return List.of(
                view.origin().toString(),
                printable(view.key() == null ? "-" : view.key()),
                view.reason().name(),
                String.join(",", view.versions()),
                view.newest().time().toString(),
                printable(view.newest().detail()));
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = row.get(i);
            line.append(cell).append(" ".repeat(widths[i] - cell.length())).append(GAP);
        }
        return line.append(row.getLast()).toString();
    }

    private static String cut(String line, int columns) {
        return line.length() <= columns ? line : line.substring(0, Math.max(0, columns - CUT.length())) + CUT;
    }
}
