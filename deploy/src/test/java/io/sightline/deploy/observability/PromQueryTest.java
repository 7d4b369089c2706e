package io.sightline.deploy.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class PromQueryTest {

    @Test
    void shouldFindMetricsAndLabels() {
        PromQuery query = PromQuery.parse(
                "histogram_quantile(0.99, sum by (le, kind) (rate(a_bucket{b=\"{x}\",c=~\"$c\"}[$__rate_interval]))) > 0.5");

        assertThat(query.metrics()).containsOnlyKeys("a_bucket").containsValue(Set.of("b", "c"));
        assertThat(query.grouped()).containsExactly("kind", "le");
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
    }
}
