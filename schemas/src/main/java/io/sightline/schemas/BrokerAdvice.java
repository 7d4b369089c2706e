package io.sightline.schemas;

import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What to do about a failure of a Kafka client that its message does not say. */
final class BrokerAdvice {

    private BrokerAdvice() {}

    /** A sentence that begins with a semicolon. */
    static String about(@Nullable Throwable failure) {
        if (failure instanceof SslAuthenticationException) {
            return "; the brokers' certificate is not trusted, or they want one of ours: set"
                    + " sightline.kafka.client.ssl.truststore.location and its password or type, or ssl.keystore.*";
        }
        if (failure instanceof AuthenticationException) {
            return "; the brokers do not know the user or the password: set sightline.kafka.user and"
                    + " sightline.kafka.password-file, and sightline.kafka.client.sasl.mechanism to one of theirs";
        }
        if (failure instanceof AuthorizationException) {
            return "; the brokers do not let this user: give it the right there";
        }
        if (failure instanceof TimeoutException) {
            return "; check that the brokers run and that the address is right. Brokers that want TLS or SASL do not"
                    + " answer other clients: set sightline.kafka.client.security.protocol, for instance SASL_SSL";
        }
        return "; check the brokers and the client's rights";
    }
}
