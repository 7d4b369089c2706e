package io.sightline.deploy.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.regex.Pattern;

/**
 * CPU seconds of this process so far, and of the embedded broker's threads in it. Threads that have ended since are in the
 * first and not in the second.
 */
record CpuTime(double process, double broker) {

    private static final Pattern BROKER = Pattern.compile(
            "data-plane-kafka.*|control-plane-kafka.*|kafka-.*-raft-.*|raft-.*|quorum-controller.*|kafka-log-.*|"
                    + "kafka-scheduler.*|broker-.*|controller-.*|group-coordinator.*|transaction.*|share-.*|"
                    + "executor-Fetch.*|kafka-request-handler.*|metadata-.*|.*-lifecycle-manager.*|purgatory.*|ExpirationReaper.*");
    private static final double NANOS = 1e9;

    static CpuTime now() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long broker = 0;
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && BROKER.matcher(thread.getThreadName()).matches()) {
                broker += Math.max(0, threads.getThreadCpuTime(thread.getThreadId()));
            }
        }
        return new CpuTime(system.getProcessCpuTime() / NANOS, broker / NANOS);
    }

    CpuTime since(CpuTime before) {
        return new CpuTime(process - before.process, broker - before.broker);
    }
}
