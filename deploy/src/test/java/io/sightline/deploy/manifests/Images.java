package io.sightline.deploy.manifests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What deploy/pom.xml says of images. */
final class Images {

    private static final Pattern VERSION =
            Pattern.compile("<artifactId>sightline</artifactId>\\s*<version>([^<]+)</version>");
    private static final Pattern NAME = Pattern.compile("<image.name>([^<]+)</image.name>");

    private Images() {}

    /** The version of this build. */
    static String version() {
        return find(VERSION);
    }

    /** Name of the image, without a tag. */
    static String name() {
        return find(NAME);
    }

    private static String find(Pattern pattern) {
        Matcher matcher = pattern.matcher(pom());
        if (!matcher.find()) {
            throw new IllegalStateException("deploy/pom.xml does not contain " + pattern);
        }
        return matcher.group(1);
    }

    static String pom() {
        try {
            return Files.readString(Yaml.deploy("pom.xml"));
        } catch (IOException e) {
            throw new UncheckedIOException("deploy/pom.xml cannot be read", e);
        }
    }
}
