package io.sightline.schemas;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The schema registry did not answer. Trying again later may work. */
public final class RegistryUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names the address. */
    public RegistryUnavailableException(String address, Throwable cause) {
        super("the schema registry at " + address + advice(cause), cause);
    }

    private static String advice(Throwable cause) {
        for (@Nullable Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof RestClientException rest && (rest.getStatus() == 401 || rest.getStatus() == 403)) {
                return " refuses us with status " + rest.getStatus()
                        + ": set sightline.registry.user and sightline.registry.password-file, or"
                        + " sightline.registry.client.*";
            }
            if (at instanceof SSLException) {
                return " is not trusted: " + at.getMessage()
                        + "; set sightline.registry.truststore to its certificates";
            }
        }
        return " did not answer: " + cause.getMessage() + "; check that it runs and that the address is right";
    }
}
