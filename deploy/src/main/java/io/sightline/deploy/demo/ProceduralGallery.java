package io.sightline.deploy.demo;

import io.sightline.ingest.loader.DatasetImage;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * A gallery that needs no download: signs of two to four pen strokes, each drawn by many unsteady hands. A class is a
 * sign; its drawings differ in the course of each stroke, slant, size, position and pen. Deterministic.
 *
 * @param classes signs
 * @param imagesPerClass drawings of each
 * @param seed of everything
 */
public record ProceduralGallery(int classes, int imagesPerClass, long seed) {

    /** 300 signs, of which 180 to train on, 12 drawings each. */
    public static final ProceduralGallery DEFAULT = new ProceduralGallery(300, 12, 7);

    private static final int SIDE = 64;
    private static final double TRAINING_SHARE = 0.6;
    /** Not SplittableRandom's own increment: classes would be shifts of each other's sequence. */
    private static final long STRIDE = 0xD1342543DE82EF95L;

    /** The drawings, each drawn when it is read. */
    public List<DatasetImage> images() {
        List<DatasetImage> images = new ArrayList<>();
        for (int sign = 0; sign < classes; sign++) {
            String label = String.format(Locale.ROOT, "sign-%03d", sign);
            String split = sign < classes * TRAINING_SHARE ? "train" : "test";
            for (int drawing = 0; drawing < imagesPerClass; drawing++) {
                String id = String.format(Locale.ROOT, "%s/%s/%02d.png", split, label, drawing);
                int thisSign = sign;
                int thisDrawing = drawing;
                images.add(new DatasetImage(id, label, split, Map.of(), () -> draw(thisSign, thisDrawing)));
            }
        }
        return images;
    }

    private byte[] draw(int sign, int drawing) throws IOException {
        SplittableRandom shape = new SplittableRandom(seed + STRIDE * (sign + 1));
        SplittableRandom hand = new SplittableRandom(seed + STRIDE * (sign * 1009L + drawing + 1) + 1);
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, SIDE, SIDE);
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(Color.BLACK);
        graphics.setStroke(
                new BasicStroke((float) (2 + 1.6 * hand.nextDouble()), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.transform(pose(hand));
        int strokes = 2 + shape.nextInt(3);
        for (int i = 0; i < strokes; i++) {
            graphics.draw(stroke(shape, hand));
        }
        graphics.dispose();
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            ImageIO.write(image, "png", out);
            return out.toByteArray();
        }
    }

    private static AffineTransform pose(SplittableRandom hand) {
        AffineTransform pose = new AffineTransform();
        pose.translate(SIDE * (0.5 + symmetric(hand, 0.05)), SIDE * (0.5 + symmetric(hand, 0.05)));
        pose.rotate(symmetric(hand, 0.25));
        pose.shear(symmetric(hand, 0.25), 0);
        double size = SIDE * (0.85 + symmetric(hand, 0.15));
        pose.scale(size, size * (1 + symmetric(hand, 0.1)));
        // The pen's width is a length on the paper: undo the scale for it by drawing in paper units.
        pose.scale(1.0 / SIDE, 1.0 / SIDE);
        return pose;
    }

    private static Path2D stroke(SplittableRandom shape, SplittableRandom hand) {
        double[] points = new double[8];
        for (int i = 0; i < points.length; i++) {
            double course = (shape.nextDouble() - 0.5) * 0.8;
            points[i] = SIDE * (course + 0.055 * hand.nextGaussian());
        }
        Path2D path = new Path2D.Double();
        path.moveTo(points[0], points[1]);
        path.curveTo(points[2], points[3], points[4], points[5], points[6], points[7]);
        return path;
    }

    private static double symmetric(SplittableRandom random, double largest) {
        return (2 * random.nextDouble() - 1) * largest;
    }
}
