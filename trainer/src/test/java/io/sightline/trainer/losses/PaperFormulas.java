package io.sightline.trainer.losses;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The losses as their papers write them, sample by sample in plain doubles: slow, unstable and easy to check. */
final class PaperFormulas {

    private final double[][] z;
    private final int[] labels;
    private final double[][] proxies;

    PaperFormulas(double[][] embeddings, int[] labels, double[][] proxies) {
        this.z = Arrays.stream(embeddings).map(PaperFormulas::unit).toArray(double[][]::new);
        this.labels = labels;
        this.proxies = Arrays.stream(proxies).map(PaperFormulas::unit).toArray(double[][]::new);
    }

    double loss(MetricLoss loss) {
        return switch (loss) {
            case MultiSimilarity it -> multiSimilarity(it);
            case SupCon it -> supCon(it.temperature());
            case ProxyNcaPlusPlus it -> proxyNca(it.temperature());
            case NormSoftmax it -> normSoftmax(it.temperature());
            case SoftTriple it -> softTriple(it);
            default -> throw new AssertionError(loss);
        };
    }

    double ownCosine(int k) {
        if (k > 0) {
            return samples()
                    .mapToDouble(i -> IntStream.range(labels[i] * k, (labels[i] + 1) * k)
                            .mapToDouble(row -> dot(z[i], proxies[row]))
                            .max()
                            .orElseThrow())
                    .average()
                    .orElseThrow();
        }
        return samples()
                .boxed()
                .flatMapToDouble(i -> samples().filter(j -> positive(i, j)).mapToDouble(j -> dot(z[i], z[j])))
                .average()
                .orElse(0);
    }

    private double multiSimilarity(MultiSimilarity it) {
        double sum = 0;
        for (int i = 0; i < z.length; i++) {
            double hardestPositive = Double.POSITIVE_INFINITY;
            double hardestNegative = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < z.length; j++) {
                if (positive(i, j)) {
                    hardestPositive = Math.min(hardestPositive, dot(z[i], z[j]));
                } else if (labels[i] != labels[j]) {
                    hardestNegative = Math.max(hardestNegative, dot(z[i], z[j]));
                }
            }
            double pull = 1;
            double push = 1;
            for (int j = 0; j < z.length; j++) {
                double s = dot(z[i], z[j]);
                if (positive(i, j) && s < hardestNegative + it.miningMargin()) {
                    pull += Math.exp(-it.alpha() * (s - it.base()));
                } else if (labels[i] != labels[j] && s > hardestPositive - it.miningMargin()) {
                    push += Math.exp(it.beta() * (s - it.base()));
                }
            }
            sum += Math.log(pull) / it.alpha() + Math.log(push) / it.beta();
        }
        return sum / z.length;
    }

    private double supCon(double temperature) {
        double sum = 0;
        int anchors = 0;
        for (int i = 0; i < z.length; i++) {
            double all = 0;
            for (int a = 0; a < z.length; a++) {
                all += a == i ? 0 : Math.exp(dot(z[i], z[a]) / temperature);
            }
            double own = 0;
            int positives = 0;
            for (int p = 0; p < z.length; p++) {
                if (positive(i, p)) {
                    own += Math.log(Math.exp(dot(z[i], z[p]) / temperature) / all);
                    positives++;
                }
            }
            sum -= positives == 0 ? 0 : own / positives;
            anchors += positives == 0 ? 0 : 1;
        }
        return anchors == 0 ? 0 : sum / anchors;
    }

    private double proxyNca(double temperature) {
        double sum = 0;
        for (int i = 0; i < z.length; i++) {
            double all = 0;
            for (double[] proxy : proxies) {
                all += Math.exp(-squaredDistance(z[i], proxy) / temperature);
            }
            sum -= Math.log(Math.exp(-squaredDistance(z[i], proxies[labels[i]]) / temperature) / all);
        }
        return sum / z.length;
    }

    private double normSoftmax(double temperature) {
        double sum = 0;
        for (int i = 0; i < z.length; i++) {
            double all = 0;
            for (double[] proxy : proxies) {
                all += Math.exp(dot(z[i], proxy) / temperature);
            }
            sum -= Math.log(Math.exp(dot(z[i], proxies[labels[i]]) / temperature) / all);
        }
        return sum / z.length;
    }

    private double softTriple(SoftTriple it) {
        int k = it.proxiesPerClass();
        int classes = proxies.length / k;
        double sum = 0;
        for (int i = 0; i < z.length; i++) {
            double own = Math.exp(it.scale() * (softSimilarity(i, labels[i], it) - it.margin()));
            double all = own;
            for (int c = 0; c < classes; c++) {
                all += c == labels[i] ? 0 : Math.exp(it.scale() * softSimilarity(i, c, it));
            }
            sum -= Math.log(own / all);
        }
        double distances = 0;
        for (int c = 0; c < classes; c++) {
            for (int t = 0; t < k; t++) {
                for (int s = t + 1; s < k; s++) {
                    // 1e-5 is the authors' code's, not the paper's.
                    distances += Math.sqrt(squaredDistance(proxies[c * k + s], proxies[c * k + t]) + 1e-5);
                }
            }
        }
        return sum / z.length + (k == 1 ? 0 : it.tau() * distances / (classes * k * (k - 1)));
    }

    private double softSimilarity(int i, int c, SoftTriple it) {
        double weights = 0;
        double sum = 0;
        for (int row = c * it.proxiesPerClass(); row < (c + 1) * it.proxiesPerClass(); row++) {
            double s = dot(z[i], proxies[row]);
            weights += Math.exp(s / it.gamma());
            sum += Math.exp(s / it.gamma()) * s;
        }
        return sum / weights;
    }

    private IntStream samples() {
        return IntStream.range(0, z.length);
    }

    private boolean positive(int i, int j) {
        return i != j && labels[i] == labels[j];
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(k -> a[k] * b[k]).sum();
    }

    private static double squaredDistance(double[] a, double[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(k -> (a[k] - b[k]) * (a[k] - b[k]))
                .sum();
    }

    private static double[] unit(double[] v) {
        double length = Math.sqrt(dot(v, v));
        return Arrays.stream(v).map(x -> x / length).toArray();
    }
}
