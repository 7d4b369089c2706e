package io.sightline.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Ends bodies that trickle: such as take longer than they may, and, after a time of grace, such as come slower than they
 * may. Time counts from when the body is first read. One that does not come at all is ended by the idle timeout.
 */
final class SlowBodies extends Handler.Wrapper {

    private static final Duration GRACE = Duration.ofSeconds(5);

    private final long mostNanos;
    private final long leastBytesPerSecond;

    SlowBodies(RequestLimits limits) {
        this.mostNanos = limits.timeout().toNanos();
        this.leastBytesPerSecond = limits.leastBytesPerSecond();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        return super.handle(new Timed(request), response, callback);
    }

    private final class Timed extends Request.Wrapper {

        private long firstRead;
        private long bytes;
        private Content.@Nullable Chunk failure;

        Timed(Request request) {
            super(request);
        }

        @Override
        public Content.@Nullable Chunk read() {
            if (failure != null) {
                return failure;
            }
            if (firstRead == 0) {
                firstRead = System.nanoTime();
            }
            Content.Chunk chunk = super.read();
            if (chunk == null || chunk.isLast() || Content.Chunk.isFailure(chunk)) {
                return chunk;
            }
            bytes += chunk.remaining();
            if (isTooSlow()) {
                chunk.release();
                TimeoutException tooSlow = new TimeoutException("the body came too slowly");
                failure = Content.Chunk.from(tooSlow, true);
                return failure;
            }
            return chunk;
        }

        private boolean isTooSlow() {
            long nanos = System.nanoTime() - firstRead;
            return nanos > mostNanos
                    || (nanos > GRACE.toNanos()
                            && bytes < leastBytesPerSecond * TimeUnit.NANOSECONDS.toMillis(nanos) / 1000);
        }
    }
}
