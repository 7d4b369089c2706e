package io.sightline.deploy.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.deploy.observability.PromQuery.LabelMatcher;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromQueryTest {

    @Test
    void shouldFindMetricsAndLabels() {
        PromQuery query = PromQuery.parse(
                "histogram_quantile(0.99, sum by (le, kind) (rate(a_bucket{b=\"{x}\",c=~\"$c\"}[$__rate_interval]))) > 0.5");

        assertThat(query.metrics())
                .containsOnlyKeys("a_bucket")
                .containsValue(Set.of(new LabelMatcher("b", "=", "{x}"), new LabelMatcher("c", "=~", "$c")));
        assertThat(query.grouped()).containsExactly("kind", "le");
    }

    @Test
    void shouldFindWhatIsSelectedByAtEveryPlaceOfAMetric() {
        PromQuery query = PromQuery.parse("a{b='1',c!~\"2|3\"} / (a{b=\"4\\\"\"} + a)");

        assertThat(query.metrics())
                .containsOnlyKeys("a")
                .containsValue(Set.of(
                        new LabelMatcher("b", "=", "1"),
                        new LabelMatcher("c", "!~", "2|3"),
                        new LabelMatcher("b", "=", "4\"")));
    }

    @Test
    void shouldTellTheValuesOfAMatcher() {
        assertThat(new LabelMatcher("a", "=", "b|c").alternatives()).containsExactly("b|c");
        assertThat(new LabelMatcher("a", "!=", "b").alternatives()).containsExactly("b");
        assertThat(new LabelMatcher("a", "=~", "b|/c/.*").alternatives()).containsExactly("b", "/c/.*");
        assertThat(new LabelMatcher("a", "!~", "b|").alternatives()).containsExactly("b");
    }

    @Test
    void shouldTellNoValuesThatItCannotKnow() {
        assertThat(new LabelMatcher("a", "=", "$b").alternatives()).isEmpty();
        assertThat(new LabelMatcher("a", "=~", "b|$c").alternatives()).isEmpty();
        assertThat(new LabelMatcher("a", "=~", "b(c|d)").alternatives()).isEmpty();
        assertThat(new LabelMatcher("a", "=", "").alternatives()).isEmpty();
    }

    @Test
    void shouldMissTheValuesThatThereAreNot() {
        Set<String> values = Set.of("failed", "/v1/health/live", "parent.loss");

        assertThat(new LabelMatcher("a", "=", "failed").missing(values)).isEmpty();
        assertThat(new LabelMatcher("a", "=~", "failed|answered").missing(values))
                .containsExactly("answered");
        assertThat(new LabelMatcher("a", "!~", "/v1/health/.*|/metrics").missing(values))
                .containsExactly("/metrics");
        assertThat(new LabelMatcher("a", "=", ".*").missing(values)).containsExactly(".*");
        assertThat(new LabelMatcher("a", "=~", "loss").missing(values)).containsExactly("loss");
    }

    @Test
    void shouldTellWhetherOnlyGroupedLabelsAreLeft() {
        assertThat(PromQuery.parse("sum by (b) (a)").aggregated()).isTrue();
        assertThat(PromQuery.parse("max(a)").aggregated()).isTrue();
        assertThat(PromQuery.parse("a and on (b) c").aggregated()).isFalse();
        assertThat(PromQuery.parse("max_over_time(a[1m])").aggregated()).isFalse();
    }

    @Test
    void shouldFindBothSidesOfAnOperator() {
        PromQuery query = PromQuery.parse("(a > 10) and on (instance, version) (b{x=\"1\"} == 0)");

        assertThat(query.metrics()).containsOnlyKeys("a", "b");
        assertThat(query.grouped()).containsExactly("instance", "version");
    }

    @Test
    void shouldRefuseWhatIsNoQuery() {
        assertThatThrownBy(() -> PromQuery.parse("sum(rate(a[5m])")).hasMessageContaining("')' is missing");
        assertThatThrownBy(() -> PromQuery.parse("sum(a))")).hasMessageContaining("closes nothing");
        assertThatThrownBy(() -> PromQuery.parse("smu(a)")).hasMessageContaining("unknown function 'smu'");
        assertThatThrownBy(() -> PromQuery.parse("a ? b")).hasMessageContaining("cannot read");
        assertThatThrownBy(() -> PromQuery.parse("a{b}")).hasMessageContaining("selects nothing");
        assertThatThrownBy(() -> PromQuery.parse("a{b==\"c\"}")).hasMessageContaining("selects nothing");
    }
}
