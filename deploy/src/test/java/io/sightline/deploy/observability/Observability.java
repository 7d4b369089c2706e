package io.sightline.deploy.observability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The files under {@code deploy/observability}, and the pages that go with them. */
public final class Observability {

    private static final Path ROOT = Path.of(System.getProperty("sightline.root", ".."));
    private static final ObjectMapper JSON = new ObjectMapper();

    private Observability() {}

    /** The checkout. */
    public static Path root() {
        return ROOT;
    }

    /** A file of the folder of pages. */
    public static String page(String name) throws IOException {
        return Files.readString(ROOT.resolve("deploy/docs").resolve(name));
    }

    /** A YAML file of the folder. */
    public static JsonNode yaml(String name) throws IOException {
        return new YAMLMapper().readTree(folder().resolve(name).toFile());
    }

    /** The alerts, one after the other. */
    public static List<JsonNode> alerts() throws IOException {
        List<JsonNode> alerts = new ArrayList<>();
        yaml("alerts.yml").path("groups").forEach(group -> group.path("rules").forEach(alerts::add));
        return alerts;
    }

    /**
     * A query of an alert or a panel.
     *
     * @param place where it stands, for messages
     * @param legend how its series are called
     */
    public record Query(String place, String expression, String legend) {}

    /** A dashboard, with the name of its file. */
    public record Dashboard(String name, JsonNode content) {

        /** What shows data: rows do not. */
        public List<JsonNode> panels() {
            List<JsonNode> panels = new ArrayList<>();
            content.path("panels").forEach(panel -> {
                if (!panel.path("type").asText().equals("row")) {
                    panels.add(panel);
                }
            });
            return panels;
        }
    }

    /** All dashboards. */
    public static List<Dashboard> dashboards() throws IOException {
        List<Dashboard> dashboards = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder().resolve("grafana/dashboards"))) {
            for (Path file : files.sorted().toList()) {
                dashboards.add(new Dashboard(file.getFileName().toString(), JSON.readTree(file.toFile())));
            }
        }
        return dashboards;
    }

    /** Every query there is. */
    public static List<Query> queries() throws IOException {
        List<Query> queries = new ArrayList<>();
        for (JsonNode alert : alerts()) {
            queries.add(
                    new Query(alert.path("alert").asText(), alert.path("expr").asText(), ""));
        }
        for (Dashboard dashboard : dashboards()) {
            for (JsonNode panel : dashboard.panels()) {
                String place = dashboard.name() + ", " + panel.path("title").asText();
                panel.path("targets")
                        .forEach(target -> queries.add(new Query(
                                place,
                                target.path("expr").asText(),
                                target.path("legendFormat").asText())));
            }
            dashboard
                    .content()
                    .path("annotations")
                    .path("list")
                    .forEach(one -> queries.add(new Query(
                            dashboard.name() + ", annotations", one.path("expr").asText(), "")));
            dashboard.content().path("templating").path("list").forEach(one -> {
                if (one.path("type").asText().equals("query")) {
                    queries.add(new Query(
                            dashboard.name() + ", $" + one.path("name").asText(),
                            one.path("query")
                                    .path("query")
                                    .asText()
                                    .replaceFirst("label_values\\((\\w+),(\\w+)\\)", "count by ($2) ($1)"),
                            ""));
                }
            });
        }
        return queries;
    }

    private static Path folder() {
        return ROOT.resolve("deploy/observability");
    }
}
