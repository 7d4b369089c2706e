package io.sightline.deploy.cli;

import io.sightline.indexer.deadletters.Coordinates;
import io.sightline.indexer.deadletters.DeadLetterLog;
import io.sightline.indexer.deadletters.DeadLetterSelection;
import io.sightline.indexer.deadletters.DeadLetterView;
import io.sightline.indexer.deadletters.Deadness;
import io.sightline.indexer.deadletters.Redrive;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.avro.DeadLetterReason;
import java.io.IOException;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sightline dead-letters redrive}. */
@Command(
        name = "redrive",
        mixinStandardHelpOptions = true,
        description = {
            "Sends them to their topic again, for the lanes to try once more; only those that are the newest event of"
                    + " their image still.",
            "What was sent is skipped the next time. If the lanes give it up again, that is a new dead letter.",
            "Give at least one of EVENT, --reason, --key and --all; what is given must all fit.",
            "Exit status 1 if any could not be sent; what is skipped is no failure."
        })
final class DeadLettersRedriveCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "EVENT", description = "Coordinates, topic-partition@offset.")
    private List<String> events = List.of();

    @Option(names = "--reason", description = "Only with this reason: ${COMPLETION-CANDIDATES}.")
    private @Nullable DeadLetterReason reason;

    @Option(names = "--key", description = "Only of the image with this id.")
    private @Nullable String key;

    @Option(names = "--all", description = "All there are.")
    private boolean all;

    @Option(names = "--dry-run", description = "Say what would be sent, and send nothing.")
    private boolean dryRun;

    @Mixin
    private BrokerOptions brokers = new BrokerOptions();

    private final Map<Redrive.Outcome, Integer> counts = new EnumMap<>(Redrive.Outcome.class);

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    DeadLettersRedriveCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        boolean selects = !events.isEmpty() || reason != null || key != null;
        if (selects == all) {
            throw new ParameterException(
                    spec.commandLine(), "say which: EVENT, --reason, --key, or --all without any of these");
        }
        Set<Coordinates> origins = events.stream().map(this::coordinates).collect(Collectors.toSet());
        return brokers.run(connection -> redrive(connection, new DeadLetterSelection(reason, key, origins)));
    }

    private Coordinates coordinates(String event) {
        return Coordinates.parse(event)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "'" + event + "' is not topic-partition@offset; the id of an image goes with --key"));
    }

    private int redrive(KafkaConnection connection, DeadLetterSelection selection) {
        DeadLetterLog log = new DeadLetterLog(connection);
        List<DeadLetterView> views = select(log, selection);
        if (dryRun) {
            Map<DeadLetterView, Deadness> deadness = log.deadness(views);
            views.forEach(view -> report(foretell(view, deadness.getOrDefault(view, new Deadness.Gone()))));
        } else if (!views.isEmpty()) {
            try (Redrive redrive = Redrive.open(connection, views)) {
                views.forEach(view -> report(redrive.send(view)));
            }
        }
        spec.commandLine()
                .getOut()
                .printf(
                        "%d selected: %d %s, %d skipped, %d failed%n",
                        views.size(),
                        count(Redrive.Outcome.SENT),
                        dryRun ? "to send" : "sent",
                        count(Redrive.Outcome.SKIPPED),
                        count(Redrive.Outcome.FAILED));
        return count(Redrive.Outcome.FAILED) == 0 ? 0 : 1;
    }

    /** In the order in which they lie, so that two runs say the same. */
    private static List<DeadLetterView> select(DeadLetterLog log, DeadLetterSelection selection) {
        List<DeadLetterView> views = log.list(selection).stream()
                .sorted(Comparator.comparing(
                        DeadLetterView::origin,
                        Comparator.comparing(Coordinates::topic)
                                .thenComparingInt(Coordinates::partition)
                                .thenComparingLong(Coordinates::offset)))
                .toList();
        Set<Coordinates> missing = new HashSet<>(selection.origins());
        views.forEach(view -> missing.remove(view.origin()));
        if (!missing.isEmpty()) {
            throw new IllegalStateException("no dead letter fits " + missing
                    + ": give coordinates as `sightline dead-letters list` prints them; nothing was sent");
        }
        return views;
    }

    private static Redrive.Result foretell(DeadLetterView view, Deadness deadness) {
        return deadness instanceof Deadness.Newest
                ? new Redrive.Result(view, Redrive.Outcome.SENT, deadness.description())
                : Redrive.unsent(view, deadness);
    }

    private void report(Redrive.Result result) {
        counts.merge(result.outcome(), 1, Integer::sum);
        String outcome = switch (result.outcome()) {
            case SENT -> dryRun ? "to send" : "sent";
            case SKIPPED -> "skipped";
            case FAILED -> "failed";
        };
        spec.commandLine()
                .getOut()
                .printf(
                        "%-7s  %s  %s: it %s%n",
                        outcome,
                        result.view().origin(),
                        DeadLetterTable.printable(String.valueOf(result.view().key())),
                        DeadLetterTable.printable(result.explanation()));
    }

    private int count(Redrive.Outcome outcome) {
        return counts.getOrDefault(outcome, 0);
    }
}
