package io.sightline.ingest.loader;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** Images with one directory per class, perhaps below train/ and test/, in a folder or a zip. */
final class ClassFolders {

    private static final Set<String> SPLITS = Set.of("train", "test", "val");
    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg");

    private ClassFolders() {}

    static List<DatasetImage> folder(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return withQueries(files.filter(Files::isRegularFile)
                    .filter(file -> isImage(file.toString()))
                    .map(file ->
                            byPath(root.relativize(file).toString().replace('\\', '/'), () -> Files.readAllBytes(file)))
                    .toList());
        }
    }

    static List<DatasetImage> zip(ZipFile archive) {
        List<DatasetImage> images = new ArrayList<>();
        for (ZipEntry entry : Collections.list(archive.entries())) {
            if (!entry.isDirectory() && isImage(entry.getName())) {
                images.add(byPath(entry.getName(), () -> {
                    try (InputStream in = archive.getInputStream(entry)) {
                        return in.readAllBytes();
                    }
                }));
            }
        }
        return withQueries(images);
    }

    private static boolean isImage(String name) {
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    /** The class is the directory of the file; the split is the nearest directory above that is called like one. */
    private static DatasetImage byPath(String path, DatasetImage.Content content) {
        List<String> parts = List.of(path.split("/", -1));
        @Nullable String label = parts.size() < 2 ? null : parts.get(parts.size() - 2);
        @Nullable String split = null;
        for (int i = parts.size() - 3; i >= 0 && split == null; i--) {
            String directory = parts.get(i).toLowerCase(Locale.ROOT);
            split = SPLITS.contains(directory) ? directory : null;
        }
        return new DatasetImage(path, label, split, Map.of(), content);
    }

    /** Who asks, by the splits of the source: where all test images name theirs, and some are of test, some are not. */
    private static List<DatasetImage> withQueries(List<DatasetImage> images) {
        Set<String> sources = images.stream()
                .filter(DatasetImage::isTest)
                .map(ClassFolders::sourceSplit)
                .collect(Collectors.toSet());
        boolean apart = sources.contains("test") && sources.size() > 1 && SPLITS.containsAll(sources);
        return images.stream()
                .map(image -> apart && image.isTest() && sourceSplit(image).equals("test")
                        ? image.withRole(DatasetImage.QUERY)
                        : image)
                .toList();
    }

    /** What a file name begins with, up to an underscore. */
    private static String sourceSplit(DatasetImage image) {
        String name = image.id().substring(image.id().lastIndexOf('/') + 1);
        return name.substring(0, Math.max(0, name.indexOf('_')));
    }
}
