package io.sightline.http;

import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.Connection;

/**
 * Closes connections on which the line and headers of a request take too long to arrive: the idle timeout does not, since
 * every byte starts it anew. Thread-safe.
 */
final class SlowConnections implements Connection.Listener {

    private final long mostNanos;
    private final Map<Connection, Mark> open = new ConcurrentHashMap<>();

    SlowConnections(Duration most) {
        this.mostNanos = most.toNanos();
    }

    /** How a connection was when it last was between two requests, or in the middle of one that had arrived. */
    private record Mark(long messages, long bytes, long nanos) {}

    @Override
    public void onOpened(Connection connection) {
        if (connection.getMessagesIn() >= 0) {
            open.put(connection, new Mark(connection.getMessagesIn(), 0, System.nanoTime()));
        }
    }

    @Override
    public void onClosed(Connection connection) {
        open.remove(connection);
    }

    /** To be called often. */
    void closeThoseTooSlow() {
        long now = System.nanoTime();
        for (Iterator<Map.Entry<Connection, Mark>> all = open.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Connection, Mark> entry = all.next();
            Connection connection = entry.getKey();
            Mark mark = entry.getValue();
            long messages = connection.getMessagesIn();
            boolean answering = messages != connection.getMessagesOut();
            boolean isFirst = messages == 0 && !answering;
            boolean nothingNew = messages == mark.messages && (isFirst || connection.getBytesIn() == mark.bytes);
            if (answering || messages != mark.messages || (nothingNew && !isFirst)) {
                entry.setValue(new Mark(messages, connection.getBytesIn(), now));
            } else if (now - mark.nanos > mostNanos) {
                all.remove();
                connection.getEndPoint().close();
            }
        }
    }
}
