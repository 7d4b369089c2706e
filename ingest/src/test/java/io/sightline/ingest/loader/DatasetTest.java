package io.sightline.ingest.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.testing.TestImages;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {

    private static final byte[] PNG = TestImages.png(4, 4, 1);

    @TempDir
    Path directory;

    @Test
    void shouldTakeClassesAndSplitsFromTheFolders() throws Exception {
        write("train/cat/1.png");
        write("test/dog/2.jpg");
        write("bird/3.jpeg");
        Files.writeString(directory.resolve("README.md"), "not an image");

        try (Dataset dataset = Dataset.open(directory)) {
            assertThat(dataset.images())
                    .extracting(DatasetImage::id, DatasetImage::label, DatasetImage::split)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("bird/3.jpeg", "bird", null),
                            org.assertj.core.groups.Tuple.tuple("test/dog/2.jpg", "dog", "test"),
                            org.assertj.core.groups.Tuple.tuple("train/cat/1.png", "cat", "train"));
            DatasetImage cat = dataset.images().get(2);
            assertThat(cat.allTags()).isEqualTo(Map.of("split", "train", "class", "cat"));
            assertThat(cat.content().read()).isEqualTo(PNG);
        }
    }

    @Test
    void shouldTellWhoAsksByTheSplitOfTheSource() throws Exception {
        write("train/cat/test_1.png");
        write("test/dog/test_2.png");
        write("test/dog/val_3.png");
        write("test/dog/train_4.png");

        try (Dataset dataset = Dataset.open(directory)) {
            assertThat(dataset.images())
                    .extracting(DatasetImage::id, DatasetImage::role)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("test/dog/test_2.png", Optional.of("query")),
                            org.assertj.core.groups.Tuple.tuple("test/dog/train_4.png", Optional.of("gallery")),
                            org.assertj.core.groups.Tuple.tuple("test/dog/val_3.png", Optional.of("gallery")),
                            org.assertj.core.groups.Tuple.tuple("train/cat/test_1.png", Optional.empty()));
            assertThat(dataset.images().getFirst().allTags()).containsEntry("role", "query");
        }

        write("test/dog/other.png");
        try (Dataset dataset = Dataset.open(directory)) {
            assertThat(dataset.images()).extracting(DatasetImage::role).containsOnly(Optional.empty());
        }
    }

    @Test
    void shouldTakeRolesFromAManifest() throws Exception {
        write("train_1.png");
        write("test_2.png");
        Path csv = Files.writeString(
                directory.resolve("set.csv"),
                "path,label,tags\ntrain_1.png,dog,split=test;role=query\ntest_2.png,dog,split=test\n");

        try (Dataset dataset = Dataset.open(csv)) {
            assertThat(dataset.images())
                    .extracting(DatasetImage::id, DatasetImage::role)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("test_2.png", Optional.of("gallery")),
                            org.assertj.core.groups.Tuple.tuple("train_1.png", Optional.of("query")));
        }
    }

    @Test
    void shouldReadAZipInPlace() throws Exception {
        Path zip = directory.resolve("set.zip");
        try (OutputStream out = Files.newOutputStream(zip);
                ZipOutputStream archive = new ZipOutputStream(out)) {
            archive.putNextEntry(new ZipEntry("set/train/cat/1.png"));
            archive.write(PNG);
            archive.closeEntry();
        }

        try (Dataset dataset = Dataset.open(zip)) {
            DatasetImage image = dataset.images().getFirst();
            assertThat(image.id()).isEqualTo("set/train/cat/1.png");
            assertThat(image.split()).isEqualTo("train");
            assertThat(image.content().read()).isEqualTo(PNG);
        }
    }

    @Test
    void shouldReadAManifest() throws Exception {
        write("pictures/1.png");
        Path csv = directory.resolve("set.csv");
        Files.writeString(
                csv,
                "path,id,label,tags\npictures/1.png,first,cat,colour=red;split=test\npictures/1.png,,,\n",
                StandardCharsets.UTF_8);

        try (Dataset dataset = Dataset.open(csv)) {
            DatasetImage first = dataset.images().getFirst();
            assertThat(first.id()).isEqualTo("first");
            assertThat(first.label()).isEqualTo("cat");
            assertThat(first.allTags()).isEqualTo(Map.of("colour", "red", "split", "test", "class", "cat"));
            assertThat(first.content().read()).isEqualTo(PNG);
            assertThat(dataset.images().get(1).id()).isEqualTo("pictures/1.png");
            assertThat(dataset.images().get(1).label()).isNull();
        }
    }

    @Test
    void shouldBeCalledLikeItsFileWhereTheFieldHasNoName() throws Exception {
        write("pictures/1.png");
        Path csv = Files.writeString(directory.resolve("set.csv"), "path\npictures/1.png\n");

        try (Dataset folder = Dataset.open(directory.resolve("pictures/../pictures"));
                Dataset manifest = Dataset.open(csv)) {
            assertThat(folder.name()).isEqualTo("pictures");
            assertThat(manifest.name()).isEqualTo("set.csv");
            assertThat(List.of(folder, manifest)).extracting(Dataset::recallAt).containsOnly(List.of(1, 2, 4, 8));
        }
    }

    @Test
    void shouldNameWhatItCannotRead() throws Exception {
        Path text = directory.resolve("notes.txt");
        Files.writeString(text, "x");
        Path broken = directory.resolve("broken.csv");
        Files.writeString(broken, "path,tags\na.png,colour\n");
        Path nameless = directory.resolve("nameless.csv");
        Files.writeString(nameless, "file\na.png\n");

        assertRefused(directory.resolve("nowhere"), "does not exist");
        assertRefused(text, "no folder, .zip or .csv");
        try (Dataset dataset = Dataset.open(broken)) {
            assertThatThrownBy(() -> dataset.images().getFirst().content().read())
                    .hasMessageContaining("line 2: 'colour' is not key=value");
        }
        assertRefused(nameless, "no column 'path'");
        assertRefused(Files.createDirectory(directory.resolve("empty")), "holds no .png");
    }

    @Test
    void shouldLabelAsThePolicySays() {
        DatasetImage train = new DatasetImage("a", "cat", "train", Map.of(), () -> PNG);
        DatasetImage test = train.withSplit("test");
        DatasetImage unsplit = new DatasetImage("b", "cat", null, Map.of(), () -> PNG);

        assertThat(List.of(train, test, unsplit))
                .extracting(LabelPolicy.TRAIN_ONLY::labelOf)
                .containsExactly(Optional.of("cat"), Optional.empty(), Optional.of("cat"));
        assertThat(LabelPolicy.ALL.labelOf(test)).contains("cat");
        assertThat(LabelPolicy.NONE.labelOf(train)).isEmpty();
    }

    private static void assertRefused(Path path, String said) {
        assertThatThrownBy(() -> Dataset.open(path))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(said);
    }

    private void write(String path) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(java.util.Objects.requireNonNull(file.getParent()));
        Files.write(file, PNG);
    }
}
