package io.sightline.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;

/**
 * Lets clients go before a server stops: first it says that it is not ready and ends every connection with its next answer,
 * while it goes on answering; then it takes no connection any more, and what is under way is answered. Thread-safe.
 */
final class GracefulStop {

    private static final String READINESS = "/v1/health/ready";
    /** Of requests that are under way when the server is closed. */
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(15);

    /** Nobody had a request on such a connection for that long: it may go. */
    private static final Duration IDLE = Duration.ofSeconds(1);

    private static final Duration IDLE_AT_CLOSE = Duration.ofMillis(50);
    private static final Duration LOOK = Duration.ofMillis(20);

    private volatile boolean stopping;

    /** Is told of the server before it starts, and after those whose handlers it has to wait for. */
    void prepare(JavalinConfig config) {
        config.jetty.modifyServer(server -> {
            GracefulHandler graceful = new GracefulHandler();
            graceful.setHandler(server.getHandler());
            server.setHandler(graceful);
            server.setStopTimeout(LONGEST_REQUEST.toMillis());
        });
        config.routes.before(this::sayGoodbye);
    }

    /**
     * Becomes unready, and returns when the last client has gone.
     *
     * @param longest for which clients are waited for; those that are still there are not cut off
     */
    void drain(Javalin javalin, Duration longest) {
        stopping = true;
        connectors(javalin).forEach(connector -> {
            connector.setIdleTimeout(IDLE.toMillis());
            connector.getConnectedEndPoints().forEach(connection -> connection.setIdleTimeout(IDLE.toMillis()));
        });
        long latest = System.nanoTime() + longest.toNanos();
        try {
            while (System.nanoTime() < latest && connections(javalin) > 0) {
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Answers what is under way, and stops. */
    void stop(Javalin javalin) {
        stopping = true;
        connectors(javalin).forEach(connector -> connector.setShutdownIdleTimeout(IDLE_AT_CLOSE.toMillis()));
        javalin.stop();
    }

    private void sayGoodbye(Context context) {
        if (!stopping) {
            return;
        }
        context.header("Connection", "close");
        if (context.path().equals(READINESS)) {
            throw new ApiException(503, "stopping", "this process is about to stop: ask another one");
        }
    }

    private static int connections(Javalin javalin) {
        return connectors(javalin).stream()
                .map(AbstractConnector::getConnectedEndPoints)
                .mapToInt(Collection<EndPoint>::size)
                .sum();
    }

    private static List<AbstractConnector> connectors(Javalin javalin) {
        return Arrays.stream(javalin.jettyServer().server().getConnectors())
                .filter(AbstractConnector.class::isInstance)
                .map(AbstractConnector.class::cast)
                .toList();
    }
}
