package io.sightline.deploy.console;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** PNGs of at most 256 colours: pages have few, and smooth edges have many that nobody tells apart. */
final class SmallPng {

    private static final int MOST_COLOURS = 256;

    private SmallPng() {}

    /** The same picture in the colours that are most frequent in it, each other one as the nearest of these. */
    static byte[] of(byte[] png) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        Map<Integer, Integer> counts = new HashMap<>();
        for (int rgb : image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth())) {
            counts.merge(coarse(rgb), 1, Integer::sum);
        }
        List<Integer> palette = counts.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST_COLOURS)
                .map(Map.Entry::getKey)
                .toList();
        int[] colours = palette.stream().mapToInt(Integer::intValue).toArray();
        IndexColorModel model = new IndexColorModel(8, colours.length, colours, 0, false, -1, DataBuffer.TYPE_BYTE);
        BufferedImage small =
                new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, model);
        Map<Integer, Integer> nearest = new HashMap<>();
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int index = nearest.computeIfAbsent(coarse(image.getRGB(x, y)), rgb -> nearest(colours, rgb));
                small.getRaster().setSample(x, y, 0, index);
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(small, "png", out);
        return out.toByteArray();
    }

    /** Six bits of each colour, stretched over the whole range again. */
    private static int coarse(int rgb) {
        return channel(rgb >> 16) << 16 | channel(rgb >> 8) << 8 | channel(rgb);
    }

    private static int channel(int value) {
        int six = (value & 0xFF) >> 2;
        return six << 2 | six >> 4;
    }

    private static int nearest(int[] colours, int rgb) {
        int best = 0;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < colours.length; i++) {
            int red = (colours[i] >> 16 & 0xFF) - (rgb >> 16 & 0xFF);
            int green = (colours[i] >> 8 & 0xFF) - (rgb >> 8 & 0xFF);
            int blue = (colours[i] & 0xFF) - (rgb & 0xFF);
            int distance = red * red + green * green + blue * blue;
            if (distance < least) {
                least = distance;
                best = i;
            }
        }
        return best;
    }
}
