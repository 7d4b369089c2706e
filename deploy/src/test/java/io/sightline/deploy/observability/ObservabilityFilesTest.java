package io.sightline.deploy.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
        assertThat(queries).extracting(Observability.Query::place).contains(Observability.SCALER);
    }

    @Test
    void shouldShowNoLabelThatAnAggregationTakesAway() throws Exception {
        List<Observability.Query> queries = Observability.queries();

        assertThat(queries).anySatisfy(query -> assertThat(query.shown()).isNotEmpty());
        assertThat(queries).allSatisfy(query -> {
            PromQuery read = PromQuery.parse(query.expression());
            if (read.aggregated()) {
                assertThat(read.grouped()).as(query.place()).containsAll(query.shown());
            }
        });
    }

    @Test
    void shouldAskForJobsThatAreScraped() throws Exception {
        Set<String> jobs = Set.copyOf(
                Observability.yaml("prometheus.yml").path("scrape_configs").findValuesAsText("job_name"));

        assertThat(selectors("up", "job")).hasSizeGreaterThanOrEqualTo(jobs.size());
        assertThat(selectors("up", "job"))
                .allSatisfy(job -> assertThat(job.missing(jobs)).isEmpty());
    }

    /** Ingest shows these at 0 from a list of its own, so a scrape has them even if no request is refused with them. */
    @Test
    void shouldAlertOfReasonsThatRequestsAreRefusedWith() throws Exception {
        List<PromQuery.LabelMatcher> alerting = selectors("sightline_ingest_refused_total", "reason");

        assertThat(alerting).isNotEmpty();
        assertThat(alerting).allSatisfy(matcher -> assertThat(refusals()).containsAll(matcher.alternatives()));
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

    /** What queries ask of a label of a metric. */
    private static List<PromQuery.LabelMatcher> selectors(String metric, String label) throws IOException {
        return Observability.queries().stream()
                .map(query -> PromQuery.parse(query.expression()))
                .flatMap(query -> query.metrics().getOrDefault(metric, Set.of()).stream())
                .filter(matcher -> matcher.label().equals(label))
                .toList();
    }

    /** Types of the errors that ingest answers with 503. */
    private static Set<String> refusals() throws IOException {
        Set<String> types = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Observability.root().resolve("ingest/src/main/java"))) {
            for (Path file :
                    files.filter(one -> one.toString().endsWith(".java")).toList()) {
                Matcher type = Pattern.compile("\\b503,\\s*\"([^\"]+)\"").matcher(Files.readString(file));
                while (type.find()) {
                    types.add(type.group(1));
                }
            }
        }
        return types;
    }
}
