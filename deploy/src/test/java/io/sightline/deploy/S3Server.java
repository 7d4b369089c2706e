package io.sightline.deploy;

import static org.awaitility.Awaitility.await;

import io.sightline.local.Ports;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A real S3 server, Adobe's S3Mock, as a child process on loopback with one bucket. Not thread-safe. */
final class S3Server implements AutoCloseable {

    /** Where the build puts it. */
    static final Path JAR =
            Path.of(System.getProperty("sightline.root", "."), "deploy", "target", "s3mock", "s3mock.jar");

    static final String BUCKET = "payloads-bucket";

    private final Process process;
    private final int port;

    private S3Server(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts a server that keeps its files in a folder, and waits until it answers. */
    static S3Server start(Path directory) throws IOException {
        int port = Ports.free();
        Path log = directory.resolve("s3mock.log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        Path.of(System.getProperty("sightline.root", "."), "deploy", "target", "test-classes")
                                + File.pathSeparator
                                + JAR,
                        S3ServerProcess.class.getName(),
                        "--server.address=127.0.0.1",
                        "--server.port=" + port,
                        "--server.ssl.enabled=false",
                        "--http.port=0",
                        "--server.tomcat.mbeanregistry.enabled=true",
                        "--com.adobe.testing.s3mock.store.root=" + directory.resolve("buckets"),
                        "--com.adobe.testing.s3mock.store.initial-buckets=" + BUCKET)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        S3Server server = new S3Server(process, port);
        try {
            await().atMost(Duration.ofMinutes(2)).until(() -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException("S3Mock ended: " + Files.readString(log));
                }
                return Files.readString(log).lines().anyMatch("ready"::equals);
            });
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    /** Where payloads lie in a bucket of it. */
    String location(String bucket) {
        return location(port, bucket);
    }

    static String location(int port, String bucket) {
        return "s3x://127.0.0.1:" + port + "/" + bucket + "/payloads";
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
