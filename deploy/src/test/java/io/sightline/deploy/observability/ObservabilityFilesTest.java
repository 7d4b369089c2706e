package io.sightline.deploy.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What can be seen of dashboards, alerts and runbooks without running anything; the rest is {@code ObservabilityIT}'s. */
class ObservabilityFilesTest {

    @Test
    void shouldHaveQueriesThatCanBeRead() throws Exception {
        List<Observability.Query> queries = Observability.queries();

        assertThat(queries).hasSizeGreaterThan(100);
        assertThat(queries)
                .allSatisfy(
                        query -> assertThat(PromQuery.parse(query.expression()).metrics())
                                .as(query.place())
                                .isNotEmpty());
    }

    @Test
    void shouldSayOfEachPanelWhatItShows() throws Exception {
        List<Observability.Dashboard> dashboards = Observability.dashboards();

        assertThat(dashboards).hasSize(4);
        for (Observability.Dashboard dashboard : dashboards) {
            assertThat(dashboard.panels()).as(dashboard.name()).hasSizeGreaterThan(10);
            Set<Integer> ids = new TreeSet<>();
            for (JsonNode panel : dashboard.panels()) {
                String place = dashboard.name() + ", " + panel.path("title").asText();
                assertThat(panel.path("title").asText()).as(place).isNotBlank();
                assertThat(panel.path("fieldConfig")
                                .path("defaults")
                                .path("unit")
                                .asText())
                        .as(place + ", unit")
                        .isNotBlank();
                assertThat(panel.path("targets")).as(place + ", queries").isNotEmpty();
                assertThat(ids.add(panel.path("id").asInt())).as(place + ", id").isTrue();
                assertThat(panel.path("gridPos").path("x").asInt()
                                + panel.path("gridPos").path("w").asInt())
                        .as(place + ", right edge")
                        .isLessThanOrEqualTo(24);
            }
        }
        assertThat(dashboards)
                .extracting(one -> one.content().path("uid").asText())
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldSayOfEachAlertWhatToDo() throws Exception {
        String runbooks = Observability.page("runbooks.md");
        Set<String> sections = new TreeSet<>();
        Matcher heading = Pattern.compile("(?m)^## (Sightline\\w+)$").matcher(runbooks);
        while (heading.find()) {
            sections.add(heading.group(1));
        }
        Set<String> alerts = new TreeSet<>();
        for (JsonNode alert : Observability.alerts()) {
            String name = alert.path("alert").asText();
            alerts.add(name);
            assertThat(alert.path("for").asText()).as(name).matches("[0-9]+[smh]");
            assertThat(alert.path("labels").path("severity").asText()).as(name).isIn("warning", "critical");
            assertThat(alert.path("annotations").path("summary").asText())
                    .as(name)
                    .isNotBlank();
            assertThat(alert.path("annotations").path("runbook_url").asText())
                    .as(name)
                    .endsWith("runbooks.md#" + name.toLowerCase(Locale.ROOT));
        }
        assertThat(sections).isEqualTo(alerts).hasSizeGreaterThan(15);
        for (String section : runbooks.split("(?m)^## ", -1)) {
            if (section.startsWith("Sightline")) {
                assertThat(section)
                        .as("the section of an alert")
                        .contains("**Means**", "**Look**", "**Causes**", "**Do**", "**Over**");
            }
        }
    }

    @Test
    void shouldScrapeAndProvisionWhatIsThere() throws Exception {
        JsonNode prometheus = Observability.yaml("prometheus.yml");

        assertThat(prometheus.path("scrape_configs").findValuesAsText("job_name"))
                .containsExactlyInAnyOrder(
                        "sightline-ingest", "sightline-embedder", "sightline-trainer", "sightline-indexer");
        assertThat(prometheus.path("rule_files").path(0).asText()).isEqualTo("alerts.yml");
        assertThat(Observability.yaml("grafana/provisioning/dashboards/sightline.yml")
                        .path("providers")
                        .path(0)
                        .path("options")
                        .path("path")
                        .asText())
                .isNotBlank();
        assertThat(Observability.yaml("grafana/provisioning/datasources/prometheus.yml")
                        .path("datasources")
                        .path(0)
                        .path("type")
                        .asText())
                .isEqualTo("prometheus");
    }
}
