package io.sightline.http;

import java.time.Duration;

/** A service that can let its clients go before it is closed. */
public interface Drainable {

    /**
     * Says from now on that it is not ready, while it goes on answering, and ends every connection with its next answer.
     * Returns when the last client has gone.
     *
     * @param longest for which clients are waited for; those that are still there are not cut off
     */
    void drain(Duration longest);
}
