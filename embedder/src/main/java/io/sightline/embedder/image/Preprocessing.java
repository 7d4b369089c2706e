package io.sightline.embedder.image;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import io.sightline.schemas.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an image becomes the input of a network: decoded, its middle scaled to {@code size} x {@code size} as the crop
 * says, and for dark-on-light drawings inverted so that paper is 0. Part of a model version: two versions with
 * different preprocessing see different images. Immutable.
 *
 * @param size pixels along either side of the network's input
 * @param channels 1 (grey) or 3 (colour)
 * @param invert whether 255 - x is taken
 * @param crop which part of the image is seen, and through which filter
 */
public record Preprocessing(int size, int channels, boolean invert, Crop crop) {

    /** Colour photographs at 64 x 64. */
    public static final Preprocessing PHOTO = new Preprocessing(64, 3, false);

    /** Dark ink on light paper at 28 x 28. */
    public static final Preprocessing DRAWING = new Preprocessing(28, 1, true);

    private static final int LARGEST_SIZE = 1024;
    private static final double MARGIN = 256.0 / 224;

    /** Which part of an image is seen. */
    public enum Crop {
        /** All of the centre square, scaled with an anti-aliased triangle filter. */
        SQUARE,
        /**
         * As networks of the field are evaluated: the shorter side is scaled to {@code size} x 256 / 224 with an
         * anti-aliased cubic filter, and the centre is taken.
         */
        CENTRE;

        /** As it is written on a command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the value and the allowed ones
     */
    public Preprocessing {
        if (size < 8 || size > LARGEST_SIZE) {
            throw new IllegalArgumentException("image size must be 8 to " + LARGEST_SIZE + " pixels, not " + size);
        }
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("channels must be 1 (grey) or 3 (colour), not " + channels);
        }
    }

    /** The whole centre square. */
    public Preprocessing(int size, int channels, boolean invert) {
        this(size, channels, invert, Crop.SQUARE);
    }

    @JsonCreator
    static Preprocessing read(
            @JsonProperty("size") int size,
            @JsonProperty("channels") int channels,
            @JsonProperty("invert") boolean invert,
            @JsonProperty("crop") @Nullable Crop crop) {
        return new Preprocessing(size, channels, invert, crop == null ? Crop.SQUARE : crop);
    }

    /** Earlier releases neither say the crop nor can they read it: what they can serve is written as they write it. */
    @JsonValue
    Map<String, Object> written() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("size", size);
        fields.put("channels", channels);
        fields.put("invert", invert);
        if (crop != Crop.SQUARE) {
            fields.put("crop", crop.name());
        }
        return fields;
    }

    /** Bytes of one preprocessed image, [size, size, channels] uint8. */
    public int bytes() {
        return size * size * channels;
    }

    /** Pixels that the shorter side of an image is scaled to, before what lies outside the input is cut off. */
    int shorterSide() {
        return switch (crop) {
            case SQUARE -> size;
            case CENTRE -> (int) Math.round(size * MARGIN);
        };
    }

    /** The input in words: {@code 224 x 224}, or {@code 224 x 224 (centre of 256)}. */
    public String describe() {
        return size + " x " + size + (crop == Crop.CENTRE ? " (centre of " + shorterSide() + ")" : "");
    }

    /** Changes whenever the pixels would change: parameters, filter and decoder. */
    public String fingerprint() {
        String seen = switch (crop) {
            case SQUARE -> "crop=centre-square filter=triangle-antialias";
            case CENTRE -> "crop=centre-of-" + shorterSide() + " filter=keyscubic-antialias";
        };
        String canonical =
                "decoder=tensorflow-2.18 " + seen + " size=" + size + " channels=" + channels + " invert=" + invert;
        return Sha256.hex(canonical.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }
}
