package io.sightline.deploy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory a process holds. */
final class ResidentSet {

    private static final String NOW = "VmRSS:";
    private static final String HIGHEST = "VmHWM:";

    private ResidentSet() {}

    /** Resident set size in megabytes (10^6 bytes); NaN where the system does not say. */
    static double megabytes(long pid) {
        return megabytes(pid, NOW);
    }

    /** Forgets the largest so far, where the system lets it. */
    static void resetPeak() {
        try {
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        } catch (IOException e) {
            // The peak stays that of the whole process, which is more and no less.
        }
    }

    /** The largest that this process has had so far. */
    static double peakMegabytes() {
        return megabytes(ProcessHandle.current().pid(), HIGHEST);
    }

    private static double megabytes(long pid, String entry) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith(entry))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024 / 1e6)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
