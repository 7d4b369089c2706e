package io.sightline.embedder.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PayloadCacheTest {

    private static final PayloadCache.Key A = key("a");
    private static final PayloadCache.Key B = key("b");
    private static final PayloadCache.Key C = key("c");

    private final PayloadCache cache = new PayloadCache(100);

    @Test
    void shouldGiveUpWhatWasNotUsedForLongest() {
        byte[] content = new byte[50];
        cache.put(A, content);
        cache.put(B, new byte[50]);
        assertThat(cache.get(A)).isSameAs(content);

        cache.put(C, new byte[50]);

        assertThat(cache.get(A)).isSameAs(content);
        assertThat(cache.get(B)).isNull();
        assertThat(cache.get(C)).isNotNull();
        assertThat(cache.bytes()).isEqualTo(100);
    }

    @Test
    void shouldGiveUpAsManyAsALargeOneNeeds() {
        cache.put(A, new byte[50]);
        cache.put(B, new byte[50]);

        cache.put(C, new byte[100]);

        assertThat(cache.get(A)).isNull();
        assertThat(cache.get(B)).isNull();
        assertThat(cache.bytes()).isEqualTo(100);
    }

    @Test
    void shouldNotTakeWhatIsLargerThanItself() {
        cache.put(A, new byte[60]);

        cache.put(B, new byte[101]);

        assertThat(cache.get(A)).isNotNull();
        assertThat(cache.get(B)).isNull();
    }

    @Test
    void shouldCountAReplacedContentOnce() {
        cache.put(A, new byte[60]);

        cache.put(A, new byte[60]);

        assertThat(cache.bytes()).isEqualTo(60);
        assertThat(cache.get(A)).hasSize(60);
    }

    @Test
    void shouldRefuseANegativeCapacity() {
        assertThatThrownBy(() -> new PayloadCache(-1)).hasMessageContaining("-1 bytes");
    }

    @Test
    void shouldForgetAContentWhereverItCameFrom() {
        PayloadCache.Key elsewhere = new PayloadCache.Key("a", 1, "elsewhere");
        cache.put(A, new byte[10]);
        cache.put(elsewhere, new byte[10]);
        cache.put(B, new byte[10]);

        cache.forget("a");

        assertThat(cache.get(A)).isNull();
        assertThat(cache.get(elsewhere)).isNull();
        assertThat(cache.get(B)).isNotNull();
        assertThat(cache.bytes()).isEqualTo(10);
    }

    private static PayloadCache.Key key(String name) {
        return new PayloadCache.Key(name, 1, name);
    }
}
