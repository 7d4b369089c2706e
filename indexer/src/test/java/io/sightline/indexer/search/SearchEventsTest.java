package io.sightline.indexer.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sightline.embedder.testing.Patience;
import io.sightline.http.ApiException;
import io.sightline.indexer.search.EventQueue.Event;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoredImage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(Patience.TEST_SECONDS)
class SearchEventsTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final StoredImage.Origin ORIGIN = new StoredImage.Origin("sightline.images", 1, 2);

    private final SearchEvents events = new SearchEvents(Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void shouldTellAClientAtOnceWhichVersionAnswers() throws Exception {
        events.activated("v1");

        EventQueue client = events.subscribe(SearchEvents.NAMES);

        assertThat(take(client).data()).isEqualTo(new SearchEvents.Activated("v1", null, NOW));
    }

    @Test
    void shouldTellOfImagesOfTheVersionThatAnswersAndOfNoOther() throws Exception {
        events.activated("v1");
        EventQueue client = events.subscribe(Set.of(SearchEvents.IMAGE));

        events.searchable(List.of(image("a", "v1"), image("b", "v2")));
        events.activated("v2");
        events.searchable(List.of(image("c", "v1"), image("d", "v2")));

        assertThat(take(client))
                .isEqualTo(new Event("image", new SearchEvents.Searchable("a", "v1", NOW, NOW, ORIGIN)));
        assertThat(take(client))
                .isEqualTo(new Event("image", new SearchEvents.Searchable("d", "v2", NOW, NOW, ORIGIN)));
        assertThat(client.take(Duration.ZERO)).isNull();
    }

    @Test
    void shouldTellOfASwapOnceHoweverOftenItIsAnnounced() throws Exception {
        EventQueue client = events.subscribe(Set.of(SearchEvents.VERSION));

        events.activated("v1");
        events.activated("v1");
        events.activated("v2");

        assertThat(take(client).data()).isEqualTo(new SearchEvents.Activated("v1", null, NOW));
        assertThat(take(client).data()).isEqualTo(new SearchEvents.Activated("v2", "v1", NOW));
        assertThat(client.take(Duration.ZERO)).isNull();
    }

    @Test
    void shouldDropTheOldestOfAClientThatReadsTooSlowlyAndSayHowMany() throws Exception {
        events.activated("v1");
        EventQueue slow = events.subscribe(Set.of(SearchEvents.IMAGE));
        int sent = EventQueue.MOST_WAITING + 7;

        events.searchable(
                IntStream.range(0, sent).mapToObj(i -> image("i" + i, "v1")).toList());

        assertThat(take(slow)).isEqualTo(new Event("lagged", Map.of("dropped", 7L)));
        List<String> ids = new ArrayList<>();
        for (@Nullable Event event = slow.take(Duration.ZERO); event != null; event = slow.take(Duration.ZERO)) {
            ids.add(((SearchEvents.Searchable) event.data()).id());
        }
        assertThat(ids).hasSize(EventQueue.MOST_WAITING).startsWith("i7").endsWith("i" + (sent - 1));
    }

    @Test
    void shouldTakeNoMoreClientsThanItCanServe() {
        List<EventQueue> clients = new ArrayList<>();
        for (int i = 0; i < SearchEvents.MOST_CLIENTS; i++) {
            clients.add(events.subscribe(SearchEvents.NAMES));
        }

        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> events.subscribe(SearchEvents.NAMES))
                .withMessageContaining("256 clients follow the events already");

        events.unsubscribe(clients.getFirst());
        assertThat(events.subscribe(SearchEvents.NAMES).isClosed()).isFalse();
    }

    @Test
    void shouldWakeClientsThatWaitWhenItCloses() throws Exception {
        EventQueue client = events.subscribe(SearchEvents.NAMES);
        Thread closing = Thread.ofVirtual().start(events::close);

        assertThat(client.take(Duration.ofMinutes(1))).isNull();

        closing.join();
        assertThat(client.isClosed()).isTrue();
        assertThatExceptionOfType(ApiException.class).isThrownBy(() -> events.subscribe(SearchEvents.NAMES));
    }

    private static Event take(EventQueue client) throws InterruptedException {
        return Objects.requireNonNull(client.take(Duration.ofSeconds(5)));
    }

    private static StoredImage image(String id, String version) {
        return new StoredImage(id, version, null, Map.of(), "00ff", "image/png", NOW, ORIGIN, new Revision(1, 3, 0));
    }
}
