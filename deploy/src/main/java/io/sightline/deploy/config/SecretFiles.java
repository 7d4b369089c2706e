package io.sightline.deploy.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what is given as {@code KEY-file} where {@code KEY} is a secret, or any setting of a client that is not ours. */
final class SecretFiles {

    private SecretFiles() {}

    /** Puts the content of the files in the place of their names. */
    static void resolve(Map<String, RawValue> source, List<Setting> settings, List<Problem> problems) {
        for (String key : new ArrayList<>(source.keySet())) {
            RawValue file = source.get(key);
            if (file != null && key.endsWith(Setting.FILE) && isSecret(key, settings)) {
                source.remove(key);
                String secret = key.substring(0, key.length() - Setting.FILE.length());
                if (source.containsKey(secret)) {
                    problems.add(new Problem(
                            key, shown(file), file.origin(), secret + " is given as well: leave one of them out"));
                } else {
                    read(key, file, problems).ifPresent(value -> source.put(secret, value));
                }
            }
        }
    }

    private static boolean isSecret(String key, List<Setting> settings) {
        return settings.stream().anyMatch(setting -> isHidden(setting) && setting.takes(key));
    }

    private static boolean isHidden(Setting setting) {
        return setting.kind() == Setting.Kind.SECRET || setting.kind() == Setting.Kind.FREE;
    }

    private static Optional<RawValue> read(String key, RawValue file, List<Problem> problems) {
        String wrong;
        try {
            String content = Files.readString(Path.of(file.text()), StandardCharsets.UTF_8);
            return Optional.of(
                    new RawValue(content.replaceFirst("\\R\\z", ""), "file " + file.text() + ", by " + file.origin()));
        } catch (NoSuchFileException e) {
            wrong = shown(file).equals(file.text())
                    ? "there is no such file"
                    : "there is no such file: give the name of a file, not the secret itself";
        } catch (IOException | InvalidPathException e) {
            // Its message would repeat the name.
            wrong = "the file cannot be read (" + e.getClass().getSimpleName() + ")";
        }
        problems.add(new Problem(key, shown(file), file.origin(), wrong));
        return Optional.empty();
    }

    /** The name of the file, unless it looks as if somebody had given the secret where its file was asked for. */
    private static String shown(RawValue file) {
        return file.text().contains("/") || isThere(file.text()) ? file.text() : Secret.HIDDEN;
    }

    private static boolean isThere(String name) {
        try {
            return Files.exists(Path.of(name));
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
