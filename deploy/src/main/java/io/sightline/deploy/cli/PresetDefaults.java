package io.sightline.deploy.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Takes the defaults of options from the preset that a command line names, so that what is given as well counts. */
final class PresetDefaults implements IDefaultValueProvider {

    private static final String OPTION = "--preset";

    private final Map<String, String> values;

    private PresetDefaults(Map<String, String> values) {
        this.values = values;
    }

    /** Of a command line; nothing where no preset is named, or one that there is not. */
    static PresetDefaults of(String... arguments) {
        List<String> all = List.of(arguments);
        int at = all.indexOf(OPTION);
        Stream<String> named = at >= 0 && at + 1 < all.size()
                ? Stream.of(all.get(at + 1))
                : all.stream()
                        .filter(one -> one.startsWith(OPTION + "="))
                        .map(one -> one.substring(OPTION.length() + 1));
        return new PresetDefaults(named.findFirst()
                .flatMap(name -> Stream.of(Preset.values())
                        .filter(preset -> preset.toString().equalsIgnoreCase(name))
                        .findFirst())
                .map(Preset::options)
                .orElse(Map.of()));
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        return argument instanceof OptionSpec option ? values.get(option.longestName()) : null;
    }
}
