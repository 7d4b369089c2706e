package io.sightline.deploy.cli;

import io.sightline.indexer.deadletters.Coordinates;
import io.sightline.indexer.deadletters.DeadLetterDetails;
import io.sightline.indexer.deadletters.DeadLetterLog;
import io.sightline.indexer.deadletters.DeadLetterSelection;
import io.sightline.indexer.deadletters.DeadLetterView;
import io.sightline.indexer.deadletters.Deadness;
import io.sightline.indexer.deadletters.OriginalEvent;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.PayloadReference;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sightline dead-letters show}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Shows everything about one of them, and whether its image is missing because of it.")
final class DeadLettersShowCommand implements Callable<Integer> {

    private static final String GONE =
            "too large for a dead letter, and no longer in its topic (compacted, or past retention)";

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "EVENT",
            description = "Its coordinates, topic-partition@offset; or the id of an image, for its newest.")
    private String event = "";

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write the image to a new file: as it was sent, or the whole event if it does not decode.")
    private @Nullable Path out;

    @Mixin
    private BrokerOptions brokers = new BrokerOptions();

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    DeadLettersShowCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        return brokers.run(this::show);
    }

    private int show(KafkaConnection connection) throws IOException {
        DeadLetterLog log = new DeadLetterLog(connection);
        List<DeadLetterView> views = find(log);
        DeadLetterDetails details = log.details(views.getFirst());
        print(details);
        views.stream().skip(1).forEach(view -> row("earlier", view.origin() + ", " + view.reason()));
        if (out != null) {
            write(details, out);
        }
        return 0;
    }

    /** By coordinates; or by key, newest first: a key may look like coordinates. */
    private List<DeadLetterView> find(DeadLetterLog log) {
        List<DeadLetterView> found = Coordinates.parse(event)
                .map(coordinates -> log.list(new DeadLetterSelection(null, null, Set.of(coordinates))))
                .filter(views -> !views.isEmpty())
                .orElseGet(() -> log.list(new DeadLetterSelection(null, event, Set.of())));
        if (found.isEmpty()) {
            throw new IllegalStateException("there is no dead letter of '" + event
                    + "': give coordinates as `sightline dead-letters list` prints them, or the id of an image");
        }
        return found;
    }

    private void print(DeadLetterDetails details) {
        DeadLetterView view = details.view();
        row("event", view.origin().toString());
        row("key", view.key() == null ? "none" : view.key());
        row("original", details.original().map(DeadLettersShowCommand::describe).orElse("gone: " + GONE));
        row("state", describe(view, details.deadness()));
        for (int i = 0; i < view.verdicts().size(); i++) {
            DeadLetterView.Verdict verdict = view.verdicts().get(i);
            row(
                    "given up",
                    verdict.time() + " by " + (verdict.version().isEmpty() ? "nobody named" : verdict.version()));
            row("reason", verdict.reason().name());
            row("detail", verdict.detail());
            details.stacks().get(i).lines().forEach(line -> row("stack", line));
        }
    }

    private static String describe(OriginalEvent original) {
        String size = original.value().length + " bytes";
        return original.event()
                .map(event -> size + ", " + describe(event, original))
                .orElse(size + ", not an image event");
    }

    private static String describe(ImageEvent event, OriginalEvent original) {
        String payload = event.getPayload() instanceof PayloadReference reference
                ? reference.getSize() + " bytes elsewhere, at " + reference.getUri()
                : original.image().map(image -> image.length).orElse(0) + " bytes inside";
        return event.getContentType() + " of " + payload + ", from '" + event.getSource() + "' at "
                + event.getEventTime() + ", tags " + event.getTags();
    }

    private static String describe(DeadLetterView view, Deadness deadness) {
        String consequence = deadness instanceof Deadness.Newest
                ? ": the image is missing from the index of " + String.join(", ", view.versions())
                : "";
        return "it " + deadness.description() + consequence;
    }

    private void row(String name, String text) {
        spec.commandLine().getOut().printf("%-9s %s%n", name, DeadLetterTable.printable(text));
    }

    private void write(DeadLetterDetails details, Path file) throws IOException {
        OriginalEvent original = details.original()
                .orElseThrow(() -> new IOException("there is nothing to write to " + file + ": the event was " + GONE));
        byte[] bytes = original.image().orElse(original.value());
        try {
            Files.write(file, bytes, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            throw new IOException("there is a file " + file + " already: give another with --out", e);
        }
        row("written", bytes.length + " bytes to " + file);
    }
}
