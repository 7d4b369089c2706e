package io.sightline.ingest.loader;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Images to load: a folder or zip with one directory per class, perhaps below train/ and test/, or a CSV manifest with
 * the columns path, id, label and tags ({@code key=value;key=value}), of which only path is needed. Ids default to the
 * relative path. Close it when all is read.
 *
 * <p>Test images may have roles, in a manifest by the tag {@code role=query} or {@code role=gallery}. In a folder or zip they
 * follow from the file names where all below test/ begin with the split of their source, as in GroceryStoreDataset:
 * {@code test_} asks, {@code train_} and {@code val_} answer, so that no photo is found by another one of the same burst.
 */
public final class Dataset implements AutoCloseable {

    private static final Set<String> SPLITS = Set.of("train", "test", "val");
    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg");

    private final List<DatasetImage> images;
    private final Optional<ZipFile> archive;

    private Dataset(List<DatasetImage> images, Optional<ZipFile> archive) {
        this.images =
                images.stream().sorted(Comparator.comparing(DatasetImage::id)).toList();
        this.archive = archive;
    }

    /**
     * Lists a data set.
     *
     * @throws IOException naming the path that is missing, empty or not understood
     */
    public static Dataset open(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return nonEmpty(new Dataset(withRoles(folder(path)), Optional.empty()), path);
        }
        if (!Files.isRegularFile(path)) {
            throw new IOException(path + " does not exist");
        }
        return switch (ending(path.toString())) {
            case "zip" -> {
                ZipFile archive = new ZipFile(path.toFile());
                yield nonEmpty(new Dataset(withRoles(zip(archive)), Optional.of(archive)), path);
            }
            case "csv" -> nonEmpty(new Dataset(completed(manifest(path)), Optional.empty()), path);
            default -> throw new IOException(path + " is no folder, .zip or .csv");
        };
    }

    /** Roles by the splits of the source, where all test images name theirs, and some ask and some answer. */
    private static List<DatasetImage> withRoles(List<DatasetImage> images) {
        Set<String> sources = images.stream()
                .filter(Dataset::isTest)
                .map(Dataset::sourceSplit)
                .collect(Collectors.toSet());
        boolean apart = sources.contains("test") && sources.size() > 1 && SPLITS.containsAll(sources);
        return apart ? images.stream().map(Dataset::withRole).toList() : images;
    }

    /** Where some test images only ask, the others only answer. */
    private static List<DatasetImage> completed(List<DatasetImage> images) {
        boolean apart = images.stream().anyMatch(image -> isTest(image) && isQuery(image));
        return images.stream()
                .map(image -> apart && isTest(image) && !isQuery(image) ? image.withRole(DatasetImage.GALLERY) : image)
                .toList();
    }

    private static boolean isTest(DatasetImage image) {
        return "test".equals(image.split());
    }

    private static boolean isQuery(DatasetImage image) {
        return image.role().filter(DatasetImage.QUERY::equals).isPresent();
    }

    /** What a file name begins with, up to an underscore. */
    private static String sourceSplit(DatasetImage image) {
        String name = image.id().substring(image.id().lastIndexOf('/') + 1);
        return name.substring(0, Math.max(0, name.indexOf('_')));
    }

    private static DatasetImage withRole(DatasetImage image) {
        if (!isTest(image)) {
            return image;
        }
        return image.withRole(sourceSplit(image).equals("test") ? DatasetImage.QUERY : DatasetImage.GALLERY);
    }

    /** All images, by id. */
    public List<DatasetImage> images() {
        return images;
    }

    @Override
    public void close() throws IOException {
        if (archive.isPresent()) {
            archive.get().close();
        }
    }

    private static Dataset nonEmpty(Dataset dataset, Path path) throws IOException {
        if (dataset.images.isEmpty()) {
            dataset.close();
            throw new IOException(path + " holds no .png, .jpg or .jpeg file");
        }
        return dataset;
    }

    private static List<DatasetImage> folder(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> ENDINGS.contains(ending(file.toString())))
                    .map(file ->
                            byPath(root.relativize(file).toString().replace('\\', '/'), () -> Files.readAllBytes(file)))
                    .toList();
        }
    }

    private static List<DatasetImage> zip(ZipFile archive) {
        List<DatasetImage> images = new ArrayList<>();
        for (ZipEntry entry : Collections.list(archive.entries())) {
            if (!entry.isDirectory() && ENDINGS.contains(ending(entry.getName()))) {
                images.add(byPath(entry.getName(), () -> {
                    try (InputStream in = archive.getInputStream(entry)) {
                        return in.readAllBytes();
                    }
                }));
            }
        }
        return images;
    }

    private static List<DatasetImage> manifest(Path csv) throws IOException {
        List<DatasetImage> images = new ArrayList<>();
        try (CsvReader<NamedCsvRecord> records = CsvReader.builder().ofNamedCsvRecord(csv)) {
            for (NamedCsvRecord record : records) {
                images.add(byRecord(csv, record));
            }
        }
        return images;
    }

    private static DatasetImage byRecord(Path csv, NamedCsvRecord record) throws IOException {
        String path = record.findField("path")
                .orElseThrow(() -> new IOException(
                        csv + " has no column 'path'; its first line names the columns: " + "path,id,label,tags"));
        Path file = csv.resolveSibling(path);
        Map<String, String> tags = new TreeMap<>();
        for (String pair : record.findField("tags").orElse("").split(";", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                tags.put(
                        pair.substring(0, equals).strip(),
                        pair.substring(equals + 1).strip());
            } else if (!pair.isBlank()) {
                // Found out when it is read, so that it is listed and the rest is loaded.
                String problem = csv + " line " + record.getStartingLineNumber() + ": '" + pair + "' is not key=value";
                return new DatasetImage(given(record, "id").orElse(path), null, null, Map.of(), () -> {
                    throw new IOException(problem);
                });
            }
        }
        @Nullable String split = tags.remove("split");
        return new DatasetImage(
                given(record, "id").orElse(path),
                given(record, "label").orElse(null),
                split,
                tags,
                () -> Files.readAllBytes(file));
    }

    private static Optional<String> given(NamedCsvRecord record, String column) {
        return record.findField(column).filter(value -> !value.isBlank());
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

    private static String ending(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
