package io.sightline.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/** Reads a certificate and its key from PEM files. */
final class TlsKeys {

    /** Of the key store in memory, which wants one. */
    static final String PASSWORD = "in memory";

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private TlsKeys() {}

    /**
     * Reads both files.
     *
     * @throws IOException naming the file and what is wrong with it
     */
    static KeyStore read(Tls tls) throws IOException {
        Certificate[] chain = certificates(tls.certificates());
        try {
            PrivateKey key = privateKey(tls.privateKey(), chain[0].getPublicKey());
            requirePair(tls, chain[0].getPublicKey(), key);
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("server", key, PASSWORD.toCharArray(), chain);
            return store;
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the key in " + tls.privateKey() + " cannot be used with the certificate in " + tls.certificates()
                            + ": " + e.getMessage(),
                    e);
        }
    }

    /** When the files were last changed. */
    static List<FileTime> changed(Tls tls) throws IOException {
        return List.of(Files.getLastModifiedTime(tls.certificates()), Files.getLastModifiedTime(tls.privateKey()));
    }

    private static Certificate[] certificates(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            Certificate[] chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .toArray(Certificate[]::new);
            if (chain.length == 0) {
                throw new IOException(
                        "the file of certificates " + file + " has none: it must be PEM, the server's first");
            }
            return chain;
        } catch (GeneralSecurityException e) {
            throw new IOException("the file of certificates " + file + " is no PEM: " + e.getMessage(), e);
        }
    }

    private static PrivateKey privateKey(Path file, PublicKey itsPublicKey)
            throws IOException, GeneralSecurityException {
        String pem = Files.readString(file, StandardCharsets.US_ASCII);
        int begin = pem.indexOf(BEGIN);
        int end = pem.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IOException("the private key " + file + " has no '" + BEGIN
                    + "': convert it with `openssl pkcs8 -topk8 -nocrypt`");
        }
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
            return KeyFactory.getInstance(itsPublicKey.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (IllegalArgumentException e) {
            throw new IOException("the private key " + file + " is no PEM", e);
        }
    }

    /** Signs something: without, a wrong pair would show only when the first client connects. */
    private static void requirePair(Tls tls, PublicKey publicKey, PrivateKey privateKey)
            throws IOException, GeneralSecurityException {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> publicKey.getAlgorithm();
        };
        byte[] probe = {1, 2, 3};
        Signature signing = Signature.getInstance(algorithm);
        signing.initSign(privateKey);
        signing.update(probe);
        byte[] signed = signing.sign();
        Signature verifying = Signature.getInstance(algorithm);
        verifying.initVerify(publicKey);
        verifying.update(probe);
        if (!verifying.verify(signed)) {
            throw new IOException("the private key " + tls.privateKey() + " is not that of the first certificate in "
                    + tls.certificates());
        }
    }
}
