package io.sightline.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * What the services answer, and the ports that they have unless told otherwise: the indexer's routes by openapi.yaml,
 * which SearchApiIT compares with what it serves, those of the others and the ports as their sources register them.
 *
 * @param routes by service
 * @param ports service by port
 * @param openApi the description of the indexer's routes
 */
record Services(Map<String, List<Route>> routes, Map<String, String> ports, JsonNode openApi) {

    private static final String INDEXER = "indexer";
    private static final Path DESCRIPTION =
            Path.of("indexer/src/main/resources/io/sightline/indexer/search/openapi.yaml");
    private static final Pattern REGISTERED = Pattern.compile("routes\\.(get|post|put|delete)\\(\\s*(\"[^\"]+\"|PATH)");
    private static final Pattern CONSTANT = Pattern.compile(" PATH = (\"[^\"]+\");");
    private static final Pattern PORT = Pattern.compile(
            "new (IngestApi|EmbedderApi|TrainerApi|IndexerService)\\([^;]*?Servers\\.settings\\(\\w+, (\\d+)\\)");

    /**
     * A route.
     *
     * @param method in capitals
     * @param path with parameters of any value
     */
    record Route(String method, Pattern path) {

        static Route of(String method, String template) {
            String path = Stream.of(template.split("[<{][a-z]+[>}]", -1))
                    .map(Pattern::quote)
                    .collect(Collectors.joining("[^/:]+"));
            return new Route(method.toUpperCase(Locale.ROOT), Pattern.compile(path));
        }
    }

    static Services read() {
        Map<String, List<Route>> routes = new HashMap<>();
        for (String service : List.of("ingest", "embedder", "trainer")) {
            List<Route> own = new ArrayList<>(registered(service));
            own.addAll(registered("schemas/http"));
            routes.put(service, own);
        }
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        JsonNode openApi = JsonMapper.builder()
                .build()
                .valueToTree(new Yaml(new SafeConstructor(options))
                        .load(Documents.read(Documents.ROOT.resolve(DESCRIPTION))));
        routes.put(
                INDEXER,
                openApi.path("paths")
                        .propertyStream()
                        .flatMap(path -> path.getValue()
                                .propertyStream()
                                .map(method -> Route.of(method.getKey(), path.getKey())))
                        .toList());
        return new Services(routes, readPorts(), openApi);
    }

    private static Map<String, String> readPorts() {
        Path source = Documents.ROOT.resolve("deploy/src/main/java/io/sightline/deploy/cli/ServeCommand.java");
        Map<String, String> ports = PORT.matcher(Documents.read(source))
                .results()
                .collect(Collectors.toMap(
                        match -> match.group(2),
                        match -> match.group(1)
                                .replaceFirst("(Api|Service)$", "")
                                .toLowerCase(Locale.ROOT)));
        if (ports.size() != 4) {
            throw new IllegalStateException(source + " starts services in a way that is not understood: " + ports);
        }
        return ports;
    }

    private static List<Route> registered(String module) {
        try (Stream<Path> sources = Files.walk(Documents.ROOT.resolve(module).resolve("src/main/java"))) {
            return sources.filter(file -> file.toString().endsWith(".java"))
                    .map(Documents::read)
                    .flatMap(source -> REGISTERED
                            .matcher(source)
                            .results()
                            .map(match -> Route.of(match.group(1), path(match, source))))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the sources of " + module + " cannot be read", e);
        }
    }

    private static String path(MatchResult registered, String source) {
        Matcher constant = CONSTANT.matcher(source);
        String literal =
                registered.group(2).equals("PATH") && constant.find() ? constant.group(1) : registered.group(2);
        return literal.replace("\"", "");
    }

    Set<String> names() {
        return routes.keySet();
    }

    /** The service that has a port, all for a placeholder, none for a port that no service has. */
    Set<String> at(String port) {
        if (port.equals("PORT")) {
            return names();
        }
        return ports.containsKey(port) ? Set.of(ports.get(port)) : Set.of();
    }

    /** Whether a service has such a route. */
    boolean answers(String service, String method, String path) {
        String plain = path.length() > 1 ? path.replaceFirst("/$", "") : path;
        return routes.getOrDefault(service, List.of()).stream()
                .anyMatch(route -> route.method().equals(method)
                        && route.path().matcher(plain).matches());
    }

    /** What may stand in the query of one of the indexer's routes, with {@code tag.} for any tag. */
    Set<String> query(String method, String path) {
        JsonNode route = openApi.path("paths").path(path).path(method.toLowerCase(Locale.ROOT));
        Set<String> names = new HashSet<>();
        route.path("parameters")
                .forEach(parameter -> names.add(parameter.path("name").asText()));
        return names;
    }
}
