package io.sightline.deploy.cli;

import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.Dataset;
import io.sightline.ingest.loader.LabelPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sightline ingest}. */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = {
            "Loads images through the ingest API and waits until each is acknowledged. Run again, it sends nothing"
                    + " twice.",
            "Exit status 1 if any image was refused; the others are loaded."
        })
final class IngestCommand implements Callable<Integer> {

    @Parameters(
            arity = "1..*",
            paramLabel = "PATH",
            description = {
                "Folder or zip with one directory per class, or a CSV manifest (path,id,label,tags).",
                "Or the folder of CUB-200-2011, Cars-196, Stanford Online Products or In-Shop, with its standard split."
            })
    private List<Path> paths = List.of();

    @Option(names = "--url", description = "Address of the ingest API (default: ${DEFAULT-VALUE}).")
    private URI url = URI.create("http://127.0.0.1:19080");

    @Mixin
    private ApiAccessOptions access = new ApiAccessOptions();

    @Option(
            names = "--labels",
            converter = Policy.class,
            description = "Which class folders become labels: all, none, train-only (default: all).")
    private LabelPolicy labels = LabelPolicy.ALL;

    @Option(names = "--concurrency", description = "Requests in flight (default: ${DEFAULT-VALUE}).")
    private int concurrency = 16;

    @Override
    public Integer call() throws IOException, InterruptedException {
        boolean refused = false;
        try (BulkLoader loader = new BulkLoader(url, concurrency, access.access())) {
            for (Path path : paths) {
                refused |= load(loader, path);
            }
        }
        return refused ? 1 : 0;
    }

    private boolean load(BulkLoader loader, Path path) throws IOException, InterruptedException {
        try (Dataset dataset = Dataset.open(path)) {
            BulkLoader.Report report;
            try (ProgressBar bar = new ProgressBarBuilder()
                    .setTaskName(String.valueOf(path.getFileName()))
                    .setInitialMax(dataset.images().size())
                    .setUnit(" images", 1)
                    .setStyle(ProgressBarStyle.ASCII)
                    .showSpeed()
                    .setUpdateIntervalMillis(250)
                    .build()) {
                report = loader.load(dataset.images(), labels, bar::step);
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d sent, %d unchanged, %d refused%n",
                    path,
                    report.sent(),
                    report.unchanged(),
                    report.refused().size());
            report.refused().forEach(one -> System.out.println("  " + one.id() + ": " + one.reason()));
            return !report.refused().isEmpty();
        }
    }

    static final class Policy implements ITypeConverter<LabelPolicy> {
        @Override
        public LabelPolicy convert(String value) {
            return LabelPolicy.valueOf(value.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }
}
