package io.sightline.deploy.cli;

import io.sightline.deploy.cli.CommandReference.Section;
import io.sightline.ingest.loader.KnownSet;
import io.sightline.trainer.nets.Backbones;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What options name beside the commands: presets, data sets, architectures. */
final class ReferenceSections {

    private ReferenceSections() {}

    /** A row an option, a column a preset. */
    static Section presets() {
        List<Preset> presets = List.of(Preset.values());
        StringBuilder table = new StringBuilder(
                "`--preset NAME` takes these in place of the defaults; options that are" + " given as well count.\n\n");
        table.append(
                row("option", presets.stream().map(preset -> "`" + preset + "`").toList()));
        table.append(row("---", presets.stream().map(preset -> "---").toList()));
        table.append(row("for", presets.stream().map(Preset::dataSet).toList()));
        for (Map.Entry<String, String> option : presets.getFirst().options().entrySet()) {
            table.append(row(
                    "`" + option.getKey() + "`",
                    presets.stream()
                            .map(preset -> preset.options().getOrDefault(option.getKey(), ""))
                            .toList()));
        }
        return new Section("Presets", table.toString().strip());
    }

    /** A row a set. */
    static Section dataSets() {
        StringBuilder table =
                new StringBuilder("Wherever images are loaded, a folder is one of these if their files lie"
                        + " in it; else it has one directory per class, perhaps below train/ and test/.\n\n");
        table.append(row("data set", List.of("what lies in its folder", "split", "Recall@K")));
        table.append(row("---", List.of("---", "---", "---")));
        for (KnownSet set : KnownSet.all()) {
            String ks = set.recallAt().stream().map(String::valueOf).collect(Collectors.joining(", "));
            table.append(row(set.name(), List.of(set.layout(), set.split(), ks)));
        }
        return new Section("Data sets", table.toString().strip());
    }

    /** The names of backbones. */
    static Section architectures() {
        String names = Arrays.stream(Backbones.NAMES.split("; ", -1))
                .map(family -> "- " + family)
                .collect(Collectors.joining("\n"));
        return new Section("Architectures", "`--arch` takes:\n\n" + names);
    }

    private static String row(String first, List<String> others) {
        return "| " + first + " | " + String.join(" | ", others) + " |\n";
    }
}
