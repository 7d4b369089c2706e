package io.sightline.deploy.attacks;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.sightline.http.JwtSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;

/** Tokens of a provider whose keys lie in a file: good ones, and such as an attacker would make. */
final class Tokens {

    private static final String ISSUER = "https://login.example.org/";
    private static final String AUDIENCE = "sightline";

    private final RSAKey key;
    private final RSAKey stranger;
    private final JwtSettings settings;

    Tokens(Path folder) throws JOSEException, IOException {
        this.key = new RSAKeyGenerator(2048).keyID("one").generate();
        this.stranger = new RSAKeyGenerator(2048).keyID("one").generate();
        Path file = Files.writeString(folder.resolve("jwks.json"), new JWKSet(key.toPublicJWK()).toString());
        this.settings = new JwtSettings(URI.create(ISSUER), AUDIENCE, file.toUri());
    }

    JwtSettings settings() {
        return settings;
    }

    static JWTClaimsSet.Builder claims(String scopes) {
        return new JWTClaimsSet.Builder()
                .subject("ada")
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .claim("scope", scopes)
                .expirationTime(Date.from(Instant.now().plusSeconds(600)));
    }

    String signed(JWTClaimsSet claims) throws JOSEException {
        return signed(key, JWSAlgorithm.RS256, claims);
    }

    String signed(JWSAlgorithm algorithm, JWTClaimsSet claims) throws JOSEException {
        return signed(key, algorithm, claims);
    }

    String signedByAStranger(JWTClaimsSet claims) throws JOSEException {
        return signed(stranger, JWSAlgorithm.RS256, claims);
    }

    static String unsigned(JWTClaimsSet claims) {
        return new PlainJWT(claims).serialize();
    }

    /** With the public key, which everybody has, as the password. */
    String signedWithThePublicKey(JWTClaimsSet claims) throws JOSEException {
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(key.toRSAPublicKey().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("one").build(), claims);
        token.sign(new MACSigner(pem.getBytes(StandardCharsets.US_ASCII)));
        return token.serialize();
    }

    /** A good token, with other claims put behind its signature's back. */
    String altered(JWTClaimsSet good, JWTClaimsSet other) throws JOSEException {
        List<String> parts = List.of(signed(good).split("\\.", -1));
        return parts.get(0) + "." + other.toPayload().toBase64URL() + "." + parts.get(2);
    }

    private static String signed(RSAKey with, JWSAlgorithm algorithm, JWTClaimsSet claims) throws JOSEException {
        SignedJWT token =
                new SignedJWT(new JWSHeader.Builder(algorithm).keyID("one").build(), claims);
        token.sign(new RSASSASigner(with));
        return token.serialize();
    }
}
