package io.sightline.embedder.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PreprocessingTest {

    private static final Preprocessing CENTRE = new Preprocessing(224, 3, false, Preprocessing.Crop.CENTRE);

    @Test
    void shouldKeepTheFingerprintsOfPublishedVersions() {
        assertThat(Preprocessing.PHOTO.fingerprint()).isEqualTo("4feacb5591d207a4");
        assertThat(Preprocessing.DRAWING.fingerprint()).isEqualTo("14281767cb0c48c9");
        assertThat(new Preprocessing(224, 3, false).fingerprint()).isEqualTo("afaa6463ec7d4dbd");
    }

    @Test
    void shouldChangeTheFingerprintWithAnyParameter() {
        assertThat(Preprocessing.PHOTO.fingerprint())
                .isEqualTo(new Preprocessing(64, 3, false, Preprocessing.Crop.SQUARE).fingerprint())
                .isNotEqualTo(new Preprocessing(64, 3, false, Preprocessing.Crop.CENTRE).fingerprint())
                .isNotEqualTo(new Preprocessing(64, 3, true).fingerprint())
                .isNotEqualTo(new Preprocessing(64, 1, false).fingerprint())
                .isNotEqualTo(new Preprocessing(65, 3, false).fingerprint());
    }

    @Test
    void shouldSayWhatIsSeen() {
        assertThat(Preprocessing.PHOTO.describe()).isEqualTo("64 x 64");
        assertThat(CENTRE.describe()).isEqualTo("224 x 224 (centre of 256)");
    }
}
