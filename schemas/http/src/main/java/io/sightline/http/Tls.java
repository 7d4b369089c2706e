package io.sightline.http;

import java.nio.file.Path;

/**
 * The certificate that a server shows. Both files are read again when one of them changed. Immutable.
 *
 * @param certificates file with the chain as PEM, the server's own certificate first
 * @param privateKey file with the key of that certificate as PEM, PKCS#8 ({@code BEGIN PRIVATE KEY}), not encrypted
 */
public record Tls(Path certificates, Path privateKey) {}
