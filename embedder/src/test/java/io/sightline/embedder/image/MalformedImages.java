package io.sightline.embedder.image;

import static io.sightline.embedder.image.Parts.bytes;
import static io.sightline.embedder.image.Parts.cut;
import static io.sightline.embedder.image.Parts.head;
import static io.sightline.embedder.image.Parts.join;
import static io.sightline.embedder.image.Parts.repeat;
import static io.sightline.embedder.image.Parts.tail;
import static io.sightline.embedder.image.Parts.with;
import static io.sightline.schemas.avro.DeadLetterReason.MALFORMED;
import static io.sightline.schemas.avro.DeadLetterReason.TOO_MANY_PIXELS;
import static io.sightline.schemas.avro.DeadLetterReason.UNSUPPORTED;

import io.sightline.schemas.avro.DeadLetterReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The corpus that fuzzing starts from: images that are unusual or broken in one way each, made here byte by byte and
 * committed beside the fuzz test, where Jazzer looks for them.
 */
final class MalformedImages {

    /** Within the default limits, {@code rejected} says what becomes of it; empty if it is decoded. */
    record Sample(String name, byte[] content, Optional<DeadLetterReason> rejected) {

        @Override
        public String toString() {
            return name;
        }
    }

    private MalformedImages() {}

    /** All of them; names are unique. */
    static List<Sample> all() {
        return Stream.of(other(), jpegHeaders(), jpegScans(), pngHeaders(), pngData())
                .flatMap(List::stream)
                .toList();
    }

    /** Writes the corpus into the directory that the first argument names. */
    public static void main(String[] arguments) throws IOException {
        Path corpus = Files.createDirectories(Path.of(arguments[0]));
        for (Sample sample : all()) {
            Files.write(corpus.resolve(sample.name), sample.content);
        }
    }

    private static List<Sample> other() {
        return List.of(
                rejected(MALFORMED, "empty", new byte[0]),
                rejected(MALFORMED, "jpeg-magic-only", bytes(0xff, 0xd8, 0xff)),
                rejected(MALFORMED, "png-magic-only", PngParts.SIGNATURE),
                rejected(UNSUPPORTED, "gif", text("GIF89a\1\0\1\0\0\0\0;")));
    }

    private static List<Sample> jpegHeaders() {
        byte[] grey = JpegParts.image(JpegParts.BASELINE, 16, 16, 1);
        byte[] afterStart = tail(grey, 2);
        byte[] hugeFrame = JpegParts.frame(JpegParts.BASELINE, 8, 0xffff, 0xffff, 3);
        return List.of(
                rejected(MALFORMED, "jpeg-ends-in-table", head(grey, 40)),
                rejected(MALFORMED, "jpeg-ends-in-frame", head(grey, 78)),
                rejected(MALFORMED, "jpeg-ends-after-frame", head(grey, 84)),
                rejected(MALFORMED, "jpeg-scan-before-frame", join(JpegParts.START, JpegParts.scan(1, 0, 63))),
                decoded("jpeg-fill-bytes", join(JpegParts.START, bytes(0xff, 0xff, 0xff), afterStart)),
                decoded("jpeg-segment-length-0", before(afterStart, JpegParts.segmentOfLength(0xe1, 0))),
                rejected(
                        MALFORMED, "jpeg-segment-too-long", before(afterStart, JpegParts.segmentOfLength(0xe1, 65535))),
                rejected(MALFORMED, "jpeg-frame-length", with(grey, 74, 7)),
                rejected(MALFORMED, "jpeg-width-0", JpegParts.image(JpegParts.BASELINE, 0, 16, 1)),
                rejected(MALFORMED, "jpeg-height-0", JpegParts.image(JpegParts.BASELINE, 16, 0, 1)),
                rejected(TOO_MANY_PIXELS, "jpeg-huge", join(JpegParts.START, hugeFrame, afterStart)),
                rejected(
                        TOO_MANY_PIXELS,
                        "jpeg-bomb",
                        cut(JpegParts.image(JpegParts.PROGRESSIVE, 13000, 13000, 3), 1_980_000)),
                rejected(
                        MALFORMED,
                        "jpeg-huge-hidden-in-stuffing",
                        before(afterStart, JpegParts.segment(0x00, hugeFrame))),
                rejected(MALFORMED, "jpeg-two-frames", join(head(grey, 84), tail(grey, 71))),
                decoded("jpeg-exif-rotated", before(afterStart, exif(6))),
                decoded("jpeg-exif-cut", before(afterStart, JpegParts.segment(0xe1, text("Exif\0\0MM\0*")))));
    }

    private static List<Sample> jpegScans() {
        byte[] grey = JpegParts.image(JpegParts.BASELINE, 16, 16, 1);
        byte[] tables = join(JpegParts.START, JpegParts.quantisation(), JpegParts.huffman());
        byte[] oneScan = join(JpegParts.scan(1, 0, 63), JpegParts.blocks(4));
        byte[] progressive =
                join(tables, JpegParts.frame(JpegParts.PROGRESSIVE, 8, 16, 16, 1), JpegParts.scan(1, 0, 0), bytes(0));
        byte[] refinement = join(JpegParts.scan(1, 1, 63), bytes(0));
        byte[] twelveBits = JpegParts.frame(JpegParts.BASELINE, 12, 16, 16, 1);
        byte[] restartEachBlock = JpegParts.segment(0xdd, bytes(0, 1));
        byte[] frame = JpegParts.frame(JpegParts.BASELINE, 8, 16, 16, 1);
        return List.of(
                decoded("jpeg-grey", grey),
                decoded("jpeg-colour", JpegParts.image(JpegParts.BASELINE, 16, 16, 3)),
                decoded("jpeg-cmyk", JpegParts.image(JpegParts.BASELINE, 16, 16, 4)),
                decoded("jpeg-progressive", JpegParts.image(JpegParts.PROGRESSIVE, 16, 16, 3)),
                decoded("jpeg-arithmetic", JpegParts.image(JpegParts.ARITHMETIC, 16, 16, 3)),
                rejected(MALFORMED, "jpeg-12-bit", join(tables, twelveBits, oneScan, JpegParts.END)),
                rejected(MALFORMED, "jpeg-sampling-0", join(tables, with(frame, 11, 0), oneScan, JpegParts.END)),
                rejected(
                        MALFORMED,
                        "jpeg-codes-overfull",
                        join(tables, frame, JpegParts.segment(0xc4, JpegParts.codes(0, 3)), oneScan, JpegParts.END)),
                rejected(MALFORMED, "jpeg-ends-in-scan-header", cut(grey, 7)),
                rejected(MALFORMED, "jpeg-ends-in-scan", cut(grey, 3)),
                rejected(MALFORMED, "jpeg-marker-in-scan", with(cut(grey, 1), -1, 0xe1)),
                decoded("jpeg-restarts-missing", join(tables, frame, restartEachBlock, oneScan, JpegParts.END)),
                decoded("jpeg-trailing-garbage", join(grey, text("garbage"))),
                decoded("jpeg-many-scans", join(progressive, repeat(99, refinement), JpegParts.END)),
                rejected(
                        UNSUPPORTED, "jpeg-too-many-scans", join(progressive, repeat(100, refinement), JpegParts.END)));
    }

    private static List<Sample> pngHeaders() {
        byte[] header = PngParts.header(16, 16, 8, PngParts.GREY);
        byte[] rest = tail(PngParts.image(16, 16, 8, PngParts.GREY), 33);
        return List.of(
                rejected(MALFORMED, "png-ends-in-header", join(PngParts.SIGNATURE, cut(header, 5))),
                rejected(MALFORMED, "png-header-length", join(PngParts.SIGNATURE, with(header, 3, 12), rest)),
                rejected(MALFORMED, "png-header-checksum", join(PngParts.SIGNATURE, with(header, -1, 0), rest)),
                rejected(MALFORMED, "png-width-0", png(PngParts.header(0, 16, 8, PngParts.GREY), rest)),
                rejected(MALFORMED, "png-height-negative", png(PngParts.header(16, -1, 8, PngParts.GREY), rest)),
                rejected(TOO_MANY_PIXELS, "png-huge", png(PngParts.header(16000, 16000, 8, PngParts.GREY), rest)),
                rejected(MALFORMED, "png-colour-type-1", png(PngParts.header(16, 16, 8, 1), rest)),
                rejected(MALFORMED, "png-two-headers", join(PngParts.SIGNATURE, header, header, rest)));
    }

    private static List<Sample> pngData() {
        byte[] header = PngParts.header(16, 16, 8, PngParts.GREY);
        byte[] data = PngParts.data(16, 16, 8, PngParts.GREY);
        byte[] adam7 = PngParts.chunk("IDAT", PngParts.zlib(new byte[79]));
        byte[] text = PngParts.chunk("zTXt", join(text("k\0\0"), PngParts.zlib(text("text"))));
        return List.of(
                decoded("png-16-bit", PngParts.image(8, 8, 16, PngParts.COLOUR_AND_ALPHA)),
                decoded("png-interlaced", png(PngParts.header(8, 8, 8, PngParts.GREY, 1), adam7)),
                rejected(MALFORMED, "png-without-palette", PngParts.image(16, 16, 8, PngParts.PALETTE)),
                decoded("png-animated", png(header, animation(), data)),
                rejected(MALFORMED, "png-without-data", png(header)),
                rejected(MALFORMED, "png-data-checksum", png(header, with(data, -1, 0))),
                rejected(MALFORMED, "png-data-cut", cut(join(PngParts.SIGNATURE, header, data), 40)),
                rejected(MALFORMED, "png-too-little-data", png(header, PngParts.data(16, 8, 8, PngParts.GREY))),
                decoded("png-too-much-data", png(header, PngParts.data(16, 64, 8, PngParts.GREY))),
                rejected(MALFORMED, "png-filter-9", png(header, PngParts.chunk("IDAT", PngParts.zlib(filter(9))))),
                rejected(MALFORMED, "png-unknown-critical-chunk", png(header, PngParts.chunk("BANG"), data)),
                rejected(MALFORMED, "png-chunk-too-long", png(header, PngParts.chunkOfLength(-1, "tEXt"), data)),
                rejected(
                        MALFORMED,
                        "png-text-of-gigabytes",
                        png(header, PngParts.chunkOfLength(0x5fff_ffff, "tEXt", text("k\0text")), data)),
                decoded("png-trailing-garbage", join(png(header, data), text("garbage"))),
                decoded("png-many-texts", png(header, repeat(16, text), data)),
                rejected(UNSUPPORTED, "png-too-many-texts", png(header, repeat(17, text), data)));
    }

    private static Sample decoded(String name, byte[] content) {
        return new Sample(name, content, Optional.empty());
    }

    private static Sample rejected(DeadLetterReason reason, String name, byte[] content) {
        return new Sample(name, content, Optional.of(reason));
    }

    private static byte[] before(byte[] afterStart, byte[] segment) {
        return join(JpegParts.START, segment, afterStart);
    }

    private static byte[] png(byte[]... chunks) {
        return join(PngParts.SIGNATURE, join(chunks), PngParts.END);
    }

    /** Application data that says how to turn the picture: one entry, tag 0x0112, in a big-endian TIFF directory. */
    private static byte[] exif(int orientation) {
        byte[] directory = bytes(0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, orientation >> 8, orientation, 0, 0, 0, 0, 0, 0);
        return JpegParts.segment(0xe1, join(text("Exif\0\0MM\0*\0\0\0\b"), directory));
    }

    /** One frame more than the still image, which is all of it that is decoded. */
    private static byte[] animation() {
        return join(
                PngParts.chunk("acTL", bytes(0, 0, 0, 2, 0, 0, 0, 0)),
                PngParts.chunk("fcTL", bytes(0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 16)),
                PngParts.chunk("fdAT", bytes(0, 0, 0, 1, 0x78)));
    }

    private static byte[] filter(int type) {
        return with(new byte[16 * 17], 0, type);
    }

    private static byte[] text(String latin) {
        return latin.getBytes(StandardCharsets.ISO_8859_1);
    }
}
