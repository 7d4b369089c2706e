package io.sightline.embedder.payload;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.PayloadReference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Fetches payloads by the URL that an event names, which anyone who may write an event can choose. So scheme, host and
 * port must be allowed, every address that the host resolves to must be public, and the connection is made to an
 * address that was checked: the name is not resolved a second time. A redirect is a new URL and is checked like the
 * first. Size and time have limits. Thread-safe.
 *
 * <p>It speaks HTTP/1.1 itself, one GET a connection, since the JDK's client resolves names by itself after the check.
 * Proxies, cookies, credentials and content encodings are not for it. With TLS, the certificate must be good for the
 * host's name.
 *
 * <p>On failure: what the event asks for wrongly is rejected, and so is what the host says it does not have; a host
 * that does not answer, fails, or answers nonsense counts as unavailable for now, and is given up after a while.
 */
public final class UrlFetcher {

    private static final int MAX_REDIRECTS = 3;

    private final UrlFetchSettings settings;
    private final List<AllowedHost> hosts;
    private final AddressPolicy policy;
    private final Resolver resolver;
    private final SSLSocketFactory tls;
    private final UrlPatience patience;

    /** Fetches from public addresses, and trusts what the JVM trusts. */
    public UrlFetcher(UrlFetchSettings settings) {
        this(settings, new AddressPolicy(), InetAddress::getAllByName, (SSLSocketFactory)
                SSLSocketFactory.getDefault());
    }

    /** For tests: with addresses, names and certificates of their own. */
    UrlFetcher(UrlFetchSettings settings, AddressPolicy policy, Resolver resolver, SSLSocketFactory tls) {
        this.settings = settings;
        this.hosts = settings.hosts().stream().map(AllowedHost::parse).toList();
        this.policy = policy;
        this.resolver = resolver;
        this.tls = tls;
        this.patience = new UrlPatience(settings.giveUpAfter(), System::nanoTime);
    }

    /** From a name or a literal address to all its addresses. */
    @FunctionalInterface
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /**
     * Fetches and verifies a payload. Blocks, at most for the timeout.
     *
     * @throws RejectedImageException with reason MALFORMED, OVERSIZE, PAYLOAD_MISSING or HASH_MISMATCH; the third also if
     *     payload or host have been tried for as long as the settings say
     * @throws PayloadUnavailableException if the host does not answer as it should; try again later
     */
    public byte[] get(PayloadReference reference) throws RejectedImageException, PayloadUnavailableException {
        ReferenceCheck.requireWellFormed(reference, settings.maxBytes());
        long begun = patience.begin(reference);
        try {
            byte[] answer = follow(reference.getUri());
            patience.answered(reference);
            return ReferenceCheck.verified(answer, reference);
        } catch (RejectedImageException e) {
            patience.answered(reference);
            throw e;
        } catch (PayloadUnavailableException e) {
            patience.failed(reference, begun, e);
            throw e;
        }
    }

    private byte[] follow(String url) throws RejectedImageException, PayloadUnavailableException {
        Deadline deadline = new Deadline(settings.timeout());
        String asked = url;
        try {
            UrlTarget target = UrlTarget.parse(url);
            for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
                asked = target.toString();
                HttpAnswer answer = ask(target, deadline);
                if (answer.status() == 200) {
                    return answer.body();
                }
                target = target.redirectedTo(requireRedirect(asked, answer));
            }
        } catch (URISyntaxException e) {
            throw refused(asked, "it, or where it redirects to, cannot be used: " + e.getReason());
        } catch (SocketTimeoutException e) {
            throw new PayloadUnavailableException(
                    "cannot fetch " + ReferenceCheck.shown(asked) + " now: no complete answer within "
                            + settings.timeout().toMillis() + " ms",
                    e);
        } catch (IOException e) {
            throw new PayloadUnavailableException("cannot fetch " + ReferenceCheck.shown(asked) + " now: " + e, e);
        }
        throw refused(url, "it redirects more than " + MAX_REDIRECTS + " times");
    }

    private HttpAnswer ask(UrlTarget target, Deadline deadline) throws IOException, RejectedImageException {
        requireAllowed(target);
        InetAddress[] addresses = resolver.resolve(target.bareHost());
        requirePublic(target, addresses);
        try (DeadlineSocket plain = DeadlineSocket.connect(addresses, target.port(), deadline);
                Socket socket = target.isTls() ? secured(plain, target) : plain) {
            socket.getOutputStream().write(request(target));
            return new HttpAnswerReader(socket.getInputStream(), target.toString(), settings.maxBytes()).read();
        }
    }

    private void requireAllowed(UrlTarget target) throws RejectedImageException {
        if (!settings.schemes().contains(target.scheme())) {
            throw refused(
                    target.toString(),
                    "its scheme is not among the allowed ones, " + new TreeSet<>(settings.schemes()));
        }
        if (hosts.stream().noneMatch(target::isAllowedBy)) {
            throw refused(
                    target.toString(),
                    "its host and port are not among the allowed ones, " + new TreeSet<>(settings.hosts()));
        }
    }

    private void requirePublic(UrlTarget target, InetAddress[] addresses) throws RejectedImageException {
        for (InetAddress address : addresses) {
            if (!policy.isPublic(address)) {
                throw refused(target.toString(), "its host has an address that is not public");
            }
        }
    }

    /** TLS over the connection that was made, for the name that was asked for. */
    private Socket secured(Socket plain, UrlTarget target) throws IOException {
        SSLSocket socket = (SSLSocket) tls.createSocket(plain, target.bareHost(), target.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static byte[] request(UrlTarget target) {
        String head = "GET " + target.path() + " HTTP/1.1\r\nHost: " + target.authority()
                + "\r\nAccept: image/jpeg, image/png\r\nAccept-Encoding: identity\r\nUser-Agent: sightline"
                + "\r\nConnection: close\r\n\r\n";
        return head.getBytes(StandardCharsets.US_ASCII);
    }

    private static String requireRedirect(String url, HttpAnswer answer) throws IOException, RejectedImageException {
        return switch (answer.status()) {
            case 301, 302, 303, 307, 308 -> {
                if (answer.location().isEmpty()) {
                    throw refused(url, "the host redirects without saying where");
                }
                yield answer.location();
            }
            case 408, 425, 429 -> throw new IOException("the host answered " + answer.status());
            default -> {
                if (answer.status() >= 500) {
                    throw new IOException("the host answered " + answer.status());
                }
                throw refused(url, "the host answered " + answer.status());
            }
        };
    }

    private static RejectedImageException refused(String url, String why) {
        return new RejectedImageException(
                DeadLetterReason.PAYLOAD_MISSING,
                "the payload " + ReferenceCheck.shown(url) + " is not fetched: " + why
                        + "; send the image through ingest, or mend the URL or the list of allowed hosts");
    }
}
