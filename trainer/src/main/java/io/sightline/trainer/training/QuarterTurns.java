package io.sightline.trainer.training;

import io.sightline.embedder.image.Preprocessing;
import java.util.ArrayList;
import java.util.List;

/**
 * Each class turned by 0, 90, 180 and 270 degrees as four classes: four times the classes to tell apart, for nothing
 * (Santoro et al., ICML 2016, for drawings). Not for images whose turned copies are the same thing.
 */
final class QuarterTurns {

    private static final char MARK = '\u21bb';
    private static final int TURNS = 4;

    private QuarterTurns() {}

    /** The classes that the given ones become. */
    static List<String> of(List<String> labels) {
        List<String> turned = new ArrayList<>(labels.size() * TURNS);
        for (String label : labels) {
            for (int turn = 0; turn < TURNS; turn++) {
                turned.add(label + MARK + turn);
            }
        }
        return turned;
    }

    /** The class that was turned. */
    static String label(String turned) {
        return turned.substring(0, turned.length() - 2);
    }

    /** By how many quarters it was turned. */
    static int turns(String turned) {
        return turned.charAt(turned.length() - 1) - '0';
    }

    /** Turns an image, [size, size, channels] uint8, counter-clockwise by quarters. */
    static byte[] turn(Preprocessing shape, byte[] pixels, int turns) {
        byte[] from = pixels;
        for (int turn = 0; turn < turns; turn++) {
            from = turnOnce(shape, from);
        }
        return from;
    }

    private static byte[] turnOnce(Preprocessing shape, byte[] from) {
        int size = shape.size();
        int channels = shape.channels();
        byte[] to = new byte[from.length];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                int source = (x * size + (size - 1 - y)) * channels;
                System.arraycopy(from, source, to, (y * size + x) * channels, channels);
            }
        }
        return to;
    }
}
