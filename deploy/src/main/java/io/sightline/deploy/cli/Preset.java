package io.sightline.deploy.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The settings of the published runs of SEE (Le and Woo, PAKDD 2024), as options of the command line. Their batch of 90
 * images on each of two devices is one of 180 here, which goes over the device in parts; epochs are steps of 180 images.
 */
enum Preset {
    /** CUB-200-2011: 5,864 images to train on, 100 epochs, the head alone for 1. */
    SEE_CUB("CUB-200-2011", 5_864, 100, 1, "0.01"),
    /** Cars-196: 8,054 images, 100 epochs, the head alone for 1. */
    SEE_CARS("Cars-196", 8_054, 100, 1, "0.01"),
    /** Stanford Online Products: 59,551 images, 150 epochs, the head alone for 5. */
    SEE_SOP("Stanford Online Products", 59_551, 150, 5, "0.0001"),
    /** In-Shop Clothes Retrieval: 25,882 images, 300 epochs, the head alone for 5. */
    SEE_INSHOP("In-Shop Clothes Retrieval", 25_882, 300, 5, "0.0001");

    private static final int BATCH = 180;

    private final String dataSet;
    private final int images;
    private final int epochs;
    private final int headEpochs;
    private final String weightDecay;

    Preset(String dataSet, int images, int epochs, int headEpochs, String weightDecay) {
        this.dataSet = dataSet;
        this.images = images;
        this.epochs = epochs;
        this.headEpochs = headEpochs;
        this.weightDecay = weightDecay;
    }

    /** What it was published for. */
    String dataSet() {
        return dataSet;
    }

    /** What it stands for, by option. */
    Map<String, String> options() {
        int epoch = images / BATCH;
        Map<String, String> options = new LinkedHashMap<>();
        options.put("--loss", "see");
        options.put("--expansions", "8");
        options.put("--lambda", "0.2");
        options.put("--ramp-steps", String.valueOf(epochs * epoch));
        options.put("--dimensions", "384");
        options.put("--image-size", "224");
        options.put("--crop", "centre");
        options.put("--augment", "crop");
        options.put("--batch-classes", String.valueOf(BATCH / 2));
        options.put("--batch-images", "2");
        options.put("--micro-batch", "30");
        options.put("--precision", "mixed");
        options.put("--learning-rate", "0.00001");
        options.put("--proxy-learning-rate", "0.1");
        options.put("--weight-decay", weightDecay);
        options.put("--backbone-share", "1");
        options.put("--head-steps", String.valueOf(headEpochs * epoch));
        options.put("--batch-norm", "frozen");
        options.put("--schedule", "cosine");
        options.put("--round-steps", String.valueOf(epochs * epoch));
        options.put("--holdout", "0");
        return options;
    }

    /** As it is written on a command line. */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
