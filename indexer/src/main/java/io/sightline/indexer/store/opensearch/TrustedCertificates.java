package io.sightline.indexer.store.opensearch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Whom to trust on https. */
final class TrustedCertificates {

    private TrustedCertificates() {}

    /**
     * Reads certificates or a trust store.
     *
     * @throws IllegalArgumentException if the file is missing, is neither, or the password is wrong
     */
    static SSLContext context(OpenSearchSettings.Trust trust) {
        Path file = trust.certificates();
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            if (trust.password() == null) {
                store.load(null, null);
                Collection<? extends Certificate> certificates =
                        CertificateFactory.getInstance("X.509").generateCertificates(in);
                if (certificates.isEmpty()) {
                    throw new IllegalArgumentException("there is no certificate in " + file + ": give a PEM file");
                }
                for (Certificate certificate : certificates) {
                    store.setCertificateEntry("certificate-" + store.size(), certificate);
                }
            } else {
                store.load(in, trust.password().toCharArray());
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "the certificates in " + file + " cannot be read: " + e.getMessage()
                            + "; give PEM, or PKCS #12 with its password",
                    e);
        }
    }
}
