package io.sightline.deploy.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.sightline.http.ApiServer;
import io.sightline.indexer.deadletters.DeadLetterLog;
import io.sightline.indexer.deadletters.DeadLetterSelection;
import io.sightline.indexer.deadletters.DeadLetterView;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.avro.DeadLetterReason;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sightline dead-letters list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists them, the one that was given up last first, and counts them by reason.")
final class DeadLettersListCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--reason", description = "Only with this reason: ${COMPLETION-CANDIDATES}.")
    private @Nullable DeadLetterReason reason;

    @Option(names = "--key", description = "Only of the image with this id.")
    private @Nullable String key;

    @Option(names = "--limit", description = "Most to list, 0 for all (default: ${DEFAULT-VALUE}).")
    private int limit = 50;

    @Option(names = "--wide", description = "Do not cut the details to the width of the terminal.")
    private boolean wide;

    @Option(names = "--json", description = "Print one JSON object a line, and no count.")
    private boolean json;

    @Mixin
    private BrokerOptions brokers = new BrokerOptions();

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    DeadLettersListCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (limit < 0) {
            throw new ParameterException(spec.commandLine(), "--limit must be 0 or more, not " + limit);
        }
        return brokers.run(this::list);
    }

    private int list(KafkaConnection connection) throws IOException {
        List<DeadLetterView> all = new DeadLetterLog(connection).list(new DeadLetterSelection(reason, key, Set.of()));
        List<DeadLetterView> shown = limit == 0 ? all : all.subList(0, Math.min(limit, all.size()));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            for (DeadLetterView view : shown) {
                out.println(object(view));
            }
            return 0;
        }
        if (!shown.isEmpty()) {
            DeadLetterTable.lines(shown, columns()).forEach(out::println);
        }
        String rest = shown.size() < all.size() ? "; " + shown.size() + " listed, more with --limit" : "";
        out.println(DeadLetterTable.count(all) + rest);
        return 0;
    }

    /** Nothing is cut for a program that reads this. */
    private int columns() {
        return wide || !Boolean.getBoolean("sightline.terminal")
                ? Integer.MAX_VALUE
                : spec.usageMessage().autoWidth(true).width();
    }

    private static String object(DeadLetterView view) throws JsonProcessingException {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("coordinates", view.origin().toString());
        object.put("topic", view.origin().topic());
        object.put("partition", view.origin().partition());
        object.put("offset", view.origin().offset());
        object.put("key", view.key());
        object.put("reason", view.reason().name());
        object.put("versions", view.versions());
        object.put("time", view.newest().time());
        object.put("detail", view.newest().detail());
        return ApiServer.JSON.writeValueAsString(object);
    }
}
