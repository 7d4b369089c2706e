package io.sightline.ingest.loader;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A CSV with the columns path, id, label and tags ({@code key=value;key=value}), of which only path is needed. */
final class Manifest {

    private Manifest() {}

    static List<DatasetImage> read(Path csv) throws IOException {
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
                        csv + " has no column 'path'; its first line names the columns: path,id,label,tags"));
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
}
