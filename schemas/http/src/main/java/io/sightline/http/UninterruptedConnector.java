package io.sightline.http;

import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Stops to take connections without interrupting the thread that takes them: the JDK loses a connection that arrives just
 * then, and its client waits for an answer that never comes. That the port is closed ends that thread as well.
 */
final class UninterruptedConnector extends ServerConnector {

    UninterruptedConnector(Server server, ConnectionFactory... factories) {
        super(server, factories);
    }

    /** Wakes a thread that waits for connections to be fewer, so that it sees that the port is closed. */
    @Override
    protected void interruptAcceptors() {
        setAccepting(true);
    }
}
