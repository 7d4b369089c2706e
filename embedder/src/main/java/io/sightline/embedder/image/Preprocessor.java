package io.sightline.embedder.image;

import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.schemas.avro.DeadLetterReason;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.image.DecodeJpeg;
import org.tensorflow.op.image.DecodePng;
import org.tensorflow.op.image.ScaleAndTranslate;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Turns encoded images into pixels with TensorFlow's own decoders, one image a run, so that a bad one fails alone.
 * Thread-safe until closed.
 */
public final class Preprocessor implements AutoCloseable {

    private static final float WHITE = 255f;

    /**
     * An image's operations take microseconds each, less than it takes to hand them to another thread and wait: TensorFlow
     * runs them on the thread that asks, which a negative number of threads says. Neither threads within operations nor
     * threads of the session may be set here: the first would be those of all sessions of the process, and with the
     * second TensorFlow does not look at the number. A GPU is not worth the way there for one image, and would round
     * otherwise than the CPU.
     */
    private static final ConfigProto ON_THE_CALLERS_THREAD = ConfigProto.newBuilder()
            .setInterOpParallelismThreads(-1)
            .putDeviceCount("GPU", 0)
            .build();

    private final Preprocessing preprocessing;
    private final ImageLimits limits;
    private final Graph graph;
    private final Session session;
    private final Placeholder<TString> encoded;
    private final Operand<TUint8> fromJpeg;
    private final Operand<TUint8> fromPng;

    /** Builds the graph; nothing is decoded yet. */
    public Preprocessor(Preprocessing preprocessing, ImageLimits limits) {
        NativeTensorFlow.load();
        this.preprocessing = preprocessing;
        this.limits = limits;
        this.graph = new Graph();
        Ops tf = Ops.create(graph);
        long channels = preprocessing.channels();
        this.encoded = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
        this.fromJpeg = resized(tf, tf.image.decodeJpeg(encoded, DecodeJpeg.channels(channels)));
        this.fromPng = resized(tf, tf.image.decodePng(encoded, TUint8.class, DecodePng.channels(channels)));
        this.session = new Session(graph, ON_THE_CALLERS_THREAD);
    }

    /** What this does to an image. */
    public Preprocessing preprocessing() {
        return preprocessing;
    }

    /** What it decodes at all. */
    public ImageLimits limits() {
        return limits;
    }

    /**
     * Checks, decodes and resizes one image.
     *
     * @return [size, size, channels] uint8, row-major
     * @throws RejectedImageException if the image is beyond the limits, of another format or damaged
     */
    public byte[] pixels(byte[] content) throws RejectedImageException {
        ImageHeader header = limits.check(content);
        Operand<TUint8> decoded = switch (header.format()) {
            case JPEG -> fromJpeg;
            case PNG -> fromPng;
        };
        try (TString input = TString.tensorOfBytes(NdArrays.scalarOfObject(content));
                Result result =
                        session.runner().feed(encoded, input).fetch(decoded).run()) {
            byte[] pixels = new byte[preprocessing.bytes()];
            ((TUint8) result.get(0)).copyTo(DataBuffers.of(pixels));
            return pixels;
        } catch (TensorFlowException | IllegalArgumentException | IllegalStateException e) {
            throw new RejectedImageException(
                    DeadLetterReason.MALFORMED,
                    "the " + header.format() + " of " + content.length + " bytes cannot be decoded: " + firstLine(e));
        }
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }

    private Operand<TUint8> resized(Ops tf, Operand<TUint8> image) {
        Operand<TInt32> sides = tf.slice(tf.shape(image), tf.constant(new int[] {0}), tf.constant(new int[] {2}));
        Operand<TFloat32> pixels = switch (preprocessing.crop()) {
            case SQUARE -> square(tf, image, sides);
            case CENTRE -> centre(tf, image, sides);
        };
        Operand<TFloat32> oriented = preprocessing.invert() ? tf.math.sub(tf.constant(WHITE), pixels) : pixels;
        Operand<TFloat32> bounded = tf.clipByValue(tf.math.rint(oriented), tf.constant(0f), tf.constant(WHITE));
        Shape single = Shape.of(preprocessing.size(), preprocessing.size(), preprocessing.channels());
        return tf.dtypes.cast(tf.reshape(bounded, tf.constant(single)), TUint8.class);
    }

    private Operand<TFloat32> square(Ops tf, Operand<TUint8> image, Operand<TInt32> sides) {
        Operand<TFloat32> extent = tf.dtypes.cast(sides, TFloat32.class);
        Operand<TFloat32> shortest = tf.min(extent, tf.constant(0));
        Operand<TFloat32> target = tf.constant((float) preprocessing.size());
        Operand<TFloat32> factor = tf.math.div(target, shortest);
        Operand<TFloat32> scale = tf.math.mul(tf.onesLike(extent), factor);
        Operand<TFloat32> centred = tf.math.mul(tf.math.sub(target, tf.math.mul(extent, factor)), tf.constant(0.5f));
        return scaled(tf, image, scale, centred, "triangle");
    }

    /**
     * Whole pixels as torchvision counts them: the longer side is rounded down, and half of an odd margin to an even
     * number. What is cut off is never computed.
     */
    private Operand<TFloat32> centre(Ops tf, Operand<TUint8> image, Operand<TInt32> sides) {
        Operand<TInt32> shortest = tf.min(sides, tf.constant(0));
        Operand<TInt32> enlarged = tf.math.mul(sides, tf.constant(preprocessing.shorterSide()));
        Operand<TFloat32> target = tf.dtypes.cast(tf.math.floorDiv(enlarged, shortest), TFloat32.class);
        Operand<TFloat32> scale = tf.math.div(target, tf.dtypes.cast(sides, TFloat32.class));
        Operand<TFloat32> margins = tf.math.sub(target, tf.constant((float) preprocessing.size()));
        Operand<TFloat32> cut = tf.math.rint(tf.math.mul(margins, tf.constant(0.5f)));
        return scaled(tf, image, scale, tf.math.neg(cut), "keyscubic");
    }

    private Operand<TFloat32> scaled(
            Ops tf, Operand<TUint8> image, Operand<TFloat32> scale, Operand<TFloat32> translation, String kernel) {
        return tf.image.scaleAndTranslate(
                tf.expandDims(image, tf.constant(0)),
                tf.constant(new int[] {preprocessing.size(), preprocessing.size()}),
                scale,
                translation,
                ScaleAndTranslate.kernelType(kernel),
                ScaleAndTranslate.antialias(true));
    }

    private static String firstLine(RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
