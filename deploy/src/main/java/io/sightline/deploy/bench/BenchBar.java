package io.sightline.deploy.bench;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far a benchmark or a fault run has come. */
public final class BenchBar {

    private static final int UPDATE_MILLIS = 1000;

    private BenchBar() {}

    /**
     * Shows a bar until it is closed.
     *
     * @param unit what is counted
     */
    public static ProgressBar of(String task, long max, String unit) {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(max)
                .setUnit(" " + unit, 1)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .build();
    }
}
