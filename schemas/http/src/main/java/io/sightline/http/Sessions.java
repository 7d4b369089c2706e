package io.sightline.http;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Who is signed in with a cookie, in memory: a restart signs everybody out. A session ends after eight hours, when it is
 * signed out, and when the credential that it was opened with is not valid any more. Thread-safe.
 */
final class Sessions {

    static final Duration LONGEST = Duration.ofHours(8);

    private static final int MOST = 10_000;
    private static final int ID_BYTES = 32;

    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    /** By the hash of its id, so that a copy of the memory opens nothing. */
    private final Cache<String, Session> sessions =
            CacheBuilder.newBuilder().maximumSize(MOST).build();

    Sessions(Clock clock) {
        this.clock = clock;
    }

    /**
     * Somebody who is signed in.
     *
     * @param expires when at the latest it ends
     * @param caller who it is, empty once the credential is not valid any more
     */
    record Session(Instant expires, Supplier<Optional<Caller>> caller) {}

    /** Opens a session and returns its id. */
    String open(Instant credentialExpires, Supplier<Optional<Caller>> caller) {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant longest = clock.instant().plus(LONGEST);
        sessions.put(
                Hashes.hex(id), new Session(credentialExpires.isBefore(longest) ? credentialExpires : longest, caller));
        return id;
    }

    /** Who a session belongs to, empty if there is none any more. */
    Optional<Caller> find(String id) {
        String hash = Hashes.hex(id);
        Session session = sessions.getIfPresent(hash);
        if (session == null) {
            return Optional.empty();
        }
        Optional<Caller> caller = clock.instant().isBefore(session.expires) ? session.caller.get() : Optional.empty();
        if (caller.isEmpty()) {
            sessions.invalidate(hash);
        }
        return caller;
    }

    void close(String id) {
        sessions.invalidate(Hashes.hex(id));
    }
}
