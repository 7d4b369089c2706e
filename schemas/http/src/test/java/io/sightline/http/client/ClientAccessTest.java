package io.sightline.http.client;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.URI;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class ClientAccessTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger(ClientAccess.class);
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();

    @BeforeEach
    void listen() {
        logger.addAppender(events);
        events.start();
    }

    @AfterEach
    void stop() {
        logger.detachAppender(events);
    }

    @Test
    void shouldWarnOnceThatOthersCouldReadTheKey() {
        ClientAccess access = new ClientAccess("secret", null);

        HttpRequest signed = sign(access, "http://search.example:9090/v1/models");
        sign(access, "http://search.example:9090/v1/status");

        assertThat(signed.headers().firstValue("Authorization")).hasValue("Bearer secret");
        assertThat(events.list).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.WARN);
            assertThat(event.getFormattedMessage())
                    .contains("search.example", "https")
                    .doesNotContain("secret");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://search.example/v1/models", "http://127.0.0.1:9090/", "http://[::1]:9090/"})
    void shouldNotWarnWhereNobodyElseReads(String address) {
        sign(new ClientAccess("secret", null), address);

        assertThat(events.list).isEmpty();
    }

    @Test
    void shouldNotWarnWithoutAKey() {
        sign(ClientAccess.NONE, "http://search.example:9090/");

        assertThat(events.list).isEmpty();
    }

    private static HttpRequest sign(ClientAccess access, String address) {
        return access.sign(HttpRequest.newBuilder(URI.create(address))).build();
    }
}
