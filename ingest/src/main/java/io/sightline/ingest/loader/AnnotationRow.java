package io.sightline.ingest.loader;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * What an annotation file says in one place.
 *
 * @param file the annotation file
 * @param place the line or element of it, for messages
 * @param columns what it says
 */
record AnnotationRow(Path file, String place, List<String> columns) {

    AnnotationRow {
        columns = List.copyOf(columns);
    }

    /**
     * The lines of a text whose columns are separated by blanks. Empty lines are left out.
     *
     * @throws IOException naming the file if it is missing, no text, or empty
     */
    static List<AnnotationRow> read(Path file) throws IOException {
        List<String> lines = lines(file);
        List<AnnotationRow> rows = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty()) {
                rows.add(new AnnotationRow(file, "line " + (i + 1), List.of(line.split("\\s+", -1))));
            }
        }
        if (rows.isEmpty()) {
            throw new IOException(file + " is empty; fetch it again from the set's home page");
        }
        return rows;
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + " is missing; the set is not complete without it", e);
        } catch (CharacterCodingException e) {
            throw new IOException(file + " is no UTF-8 text; fetch it again from the set's home page", e);
        }
    }

    /** This row, if it has as many columns as there are names, separated by a blank. */
    AnnotationRow requireColumns(String names) throws MalformedAnnotationException {
        int wanted = names.split(" ", -1).length;
        if (columns.size() != wanted) {
            throw malformed("'" + String.join(" ", columns) + "' has not the " + wanted + " columns " + names);
        }
        return this;
    }

    /** Says so if this row is not the header of a set's file. */
    void requireHeader(String names, String set) throws MalformedAnnotationException {
        if (!String.join(" ", columns).equals(names)) {
            throw malformed("'" + String.join(" ", columns) + "' is not the header '" + names + "' of " + set
                    + "; if the folder holds another set, move this file out of it");
        }
    }

    /** The text of a column. */
    String text(int column) {
        return columns.get(column);
    }

    /** The whole number of a column, from 1 to a largest. */
    int number(int column, int largest) throws MalformedAnnotationException {
        String text = columns.get(column);
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= largest) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, as of a number out of bounds.
        }
        throw malformed(
                "'" + text + "' is not a whole number from 1" + (largest == Integer.MAX_VALUE ? "" : " to " + largest));
    }

    /** The relative path of a column, which stays below the folder that it is relative to. */
    Path path(int column) throws MalformedAnnotationException {
        String text = columns.get(column);
        try {
            Path path = Path.of(text);
            boolean climbs = StreamSupport.stream(path.spliterator(), false)
                    .anyMatch(part -> part.toString().equals(".."));
            if (path.getRoot() == null && !climbs && !text.isBlank()) {
                return path.normalize();
            }
        } catch (InvalidPathException e) {
            throw malformed("'" + text + "' is no path: " + e.getReason());
        }
        throw malformed("'" + text + "' is not a path below the folder of the set");
    }

    /** The error that this row is not understood. */
    MalformedAnnotationException malformed(String problem) {
        return new MalformedAnnotationException(file, place, problem);
    }
}
