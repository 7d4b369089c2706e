package io.sightline.deploy.faults;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What was done to an indexer and what became of its index. Immutable.
 *
 * @param killsWhileAnswering kills of one that had answered a search since its start
 * @param firstAnswers seconds from the start of a process to its first answer, of those that had an index and were not
 *     killed before
 * @param outdated answers that were older than one from before a kill
 * @param afterKills the index after the last kill
 * @param damaged file that was cut in half
 * @param rebuiltSeconds from the start of the process that found it to its first answer
 * @param afterDamage the index that it built
 */
record IndexReport(
        IndexFaultSettings settings,
        int killsWhileAnswering,
        List<Double> firstAnswers,
        int outdated,
        IndexOutcome afterKills,
        String damaged,
        double rebuiltSeconds,
        IndexOutcome afterDamage)
        implements FaultFolder.Report {

    @Override
    public boolean isClean() {
        return outdated == 0 && afterKills.isClean() && afterDamage.isClean();
    }

    @Override
    public void print(PrintStream out) {
        out.printf("%n%-24s %10s %10s %10s %12s %10s%n", "", "images", "missing", "duplicate", "resurrected", "wrong");
        print(out, "after " + settings.kills() + " kills", afterKills);
        print(out, "rebuilt after damage", afterDamage);
        out.printf(
                Locale.ROOT,
                "%n%d kills -9, %d of an indexer that answered (%d answers older than one from before),"
                        + " over %d writes; seed %d%n",
                settings.kills(),
                killsWhileAnswering,
                outdated,
                settings.writes(),
                settings.seed());
        out.printf(
                Locale.ROOT,
                "from start to first answer, without a rebuild, %.1f s (median), %.1f s (longest of %d)%n",
                middle(),
                firstAnswers.getLast(),
                firstAnswers.size());
        out.printf(Locale.ROOT, "%s was cut in half: found, and rebuilt in %.1f s%n", damaged, rebuiltSeconds);
    }

    private static void print(PrintStream out, String what, IndexOutcome outcome) {
        out.printf(
                Locale.ROOT,
                "%-24s %10d %10d %10d %12d %10d%n",
                what,
                outcome.images(),
                outcome.missing(),
                outcome.duplicates(),
                outcome.resurrected(),
                outcome.wrong());
    }

    /** The answers come sorted. */
    private double middle() {
        return firstAnswers.get(firstAnswers.size() / 2);
    }

    @Override
    public Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("seed", settings.seed());
        figures.put("writes", settings.writes());
        figures.put("kills", settings.kills());
        figures.put("killsWhileAnswering", killsWhileAnswering);
        figures.put("outdated", outdated);
        figures.put("firstAnswerSeconds", firstAnswers);
        figures.put("firstAnswerMedianSeconds", middle());
        figures.put("afterKills", afterKills);
        figures.put("damaged", damaged);
        figures.put("rebuiltSeconds", rebuiltSeconds);
        figures.put("afterDamage", afterDamage);
        return figures;
    }
}
