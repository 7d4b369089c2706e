package io.sightline.embedder.image;

import java.util.Optional;

/** The encodings that are accepted, told apart by their magic bytes and never by a name or a declared type. */
public enum ImageFormat {
    /** JPEG. */
    JPEG("image/jpeg"),
    /** PNG. */
    PNG("image/png");

    private static final byte[] PNG_MAGIC = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    private final String mediaType;

    ImageFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    /** Media type, for instance {@code image/png}. */
    public String mediaType() {
        return mediaType;
    }

    /** The format whose magic bytes the content starts with. */
    public static Optional<ImageFormat> of(byte[] content) {
        if (content.length >= 3
                && (content[0] & 0xff) == 0xff
                && (content[1] & 0xff) == 0xd8
                && (content[2] & 0xff) == 0xff) {
            return Optional.of(JPEG);
        }
        if (content.length >= PNG_MAGIC.length
                && java.util.Arrays.equals(content, 0, PNG_MAGIC.length, PNG_MAGIC, 0, PNG_MAGIC.length)) {
            return Optional.of(PNG);
        }
        return Optional.empty();
    }
}
