package io.sightline.deploy.observability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files under {@code deploy/observability}, the pages that go with them, and what else asks Prometheus. */
public final class Observability {

    /** Asks for the lag of the lanes. */
    public static final String SCALER = "deploy/kubernetes/components/keda/scaled-object.yaml";

    private static final Path ROOT = Path.of(System.getProperty("sightline.root", ".."));
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern SHOWN = Pattern.compile("\\$labels\\.(\\w+)|\\{\\{\\s*(\\w+)\\s*}}");

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
        return yaml(folder().resolve(name));
    }

    /** The alerts, one after the other. */
    public static List<JsonNode> alerts() throws IOException {
        List<JsonNode> alerts = new ArrayList<>();
        yaml("alerts.yml").path("groups").forEach(group -> group.path("rules").forEach(alerts::add));
        return alerts;
    }

    /**
     * A query of an alert, a panel or a scaler.
     *
     * @param place where it stands, for messages
     * @param legend how its series are called: the legend of a panel, the summary of an alert
     */
    public record Query(String place, String expression, String legend) {

        /** Labels whose values the legend shows. */
        public Set<String> shown() {
            Set<String> labels = new TreeSet<>();
            Matcher label = SHOWN.matcher(legend);
            while (label.find()) {
                labels.add(label.group(1) == null ? label.group(2) : label.group(1));
            }
            return labels;
        }
    }

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
            queries.add(new Query(
                    alert.path("alert").asText(),
                    alert.path("expr").asText(),
                    alert.path("annotations").path("summary").asText()));
        }
        for (JsonNode trigger : yaml(ROOT.resolve(SCALER)).path("spec").path("triggers")) {
            if (trigger.path("type").asText().equals("prometheus")) {
                queries.add(
                        new Query(SCALER, trigger.path("metadata").path("query").asText(), ""));
            }
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

    private static JsonNode yaml(Path file) throws IOException {
        return new YAMLMapper().readTree(file.toFile());
    }

    private static Path folder() {
        return ROOT.resolve("deploy/observability");
    }
}
