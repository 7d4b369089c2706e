package io.sightline.deploy.cli;

import io.sightline.embedder.erasure.Erasures;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sightline erasure withdraw}. */
@Command(
        name = "withdraw",
        mixinStandardHelpOptions = true,
        description = {
            "Says that a holder is gone for good, with its disk: a pod without a volume, a folder that was deleted."
                    + " Erasures wait for it no more.",
            "One that runs is refused. If its disk comes back after all, what is on it was not erased: delete it."
        })
final class ErasureWithdrawCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "HOLDER", description = "As `sightline erasure ID` prints it behind the place.")
    private String holder = "";

    @Mixin
    private BrokerOptions brokers = new BrokerOptions();

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    ErasureWithdrawCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        return brokers.run(this::withdraw);
    }

    private int withdraw(KafkaConnection connection) {
        try (Erasures erasures = Erasures.open(connection, new RecordSerdes(connection), Clock.systemUTC())) {
            erasures.withdraw(holder)
                    .forEach(place -> spec.commandLine().getOut().println("withdrawn: " + place + " of " + holder));
        }
        return 0;
    }
}
