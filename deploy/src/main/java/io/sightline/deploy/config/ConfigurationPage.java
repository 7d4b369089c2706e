package io.sightline.deploy.config;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The reference of all settings as a page of Markdown, the same on every machine. */
public final class ConfigurationPage {

    private static final String INTRODUCTION = """
            # Configuration

            This page is written by `sightline reference --out-config deploy/docs/configuration.md` from the code.

            A setting is taken from the first of these that gives it a value:

            1. the command line of `serve`, `up` and of the commands that take brokers;
            2. a property of the JVM, `-Dsightline.lanes.max-batch=32`;
            3. a variable of the environment, `SIGHTLINE_LANES_MAX_BATCH=32`: the key in upper case, with an underscore
               for whatever is no letter or digit;
            4. the file that `--config FILE` names, or the variable `SIGHTLINE_CONFIG`: YAML (`.yaml`, `.yml`) or
               `.properties`;
            5. the preset that `sightline.network.preset` names;
            6. the default.

            A secret is better given as a file: `KEY-file` (variable `.._FILE`) names one that holds it, and a line end
            behind it is left out. In one place, give a secret or its file, not both.

            Several values of one setting are separated by commas, or are a list in YAML. Choices may be written in upper
            or lower case. An empty variable counts as none, and so do those that Kubernetes makes of services, for
            instance `SIGHTLINE_INGEST_PORT=tcp://..`.

            All problems are told at once, with exit status 2, and an unknown key is one. `sightline config serve indexer`
            prints what a service would run with and where each value comes from, without secrets; `sightline config
            --check serve indexer` only what is wrong. Options of `config` stand before the command. Settings are
            tried together only where each is right by itself, so mending some may show another.

            ```
            sightline:
              kafka:
                bootstrap-servers: "broker-1:9093,broker-2:9093"
                user: sightline
                password-file: /run/secrets/kafka
                client: {security.protocol: SASL_SSL, sasl.mechanism: SCRAM-SHA-512}
              registry: {url: "https://registry:8081"}
              http: {host: 0.0.0.0}
              auth: {api-keys: /run/secrets/keys.json}
            ```
            """;

    /** One each of a wrong number, a wrong choice, a wrong name, a missing file, and what does not go together. */
    private static final Map<String, String> MISTAKES = new TreeMap<>(Map.of(
            "SIGHTLINE_HTTP_HOST", "0.0.0.0",
            "SIGHTLINE_KAFKA_PASSWORD_FILE", "no/such/file",
            "SIGHTLINE_LANES_MAX_BATCH", "0",
            "SIGHTLINE_ROLLOUT_MIN_OVERLAPS", "0.5",
            "SIGHTLINE_STORE_KIND", "elastic"));

    private ConfigurationPage() {}

    /** The page. */
    public static String markdown(List<Concern> concerns) {
        StringBuilder page = new StringBuilder(INTRODUCTION);
        page.append("\nFive mistakes, in variables of the environment, and what any command says of them:\n\n```\n");
        MISTAKES.forEach(
                (name, value) -> page.append(name).append('=').append(value).append('\n'));
        page.append('\n').append(complaint(concerns)).append("\n```\n\n");
        concerns.forEach(concern -> page.append("- [`")
                .append(concern.prefix())
                .append("`](#")
                .append(concern.prefix().replace(".", ""))
                .append("): ")
                .append(concern.doc())
                .append('\n'));
        concerns.forEach(concern -> {
            page.append("\n## ")
                    .append(concern.prefix())
                    .append("\n\n")
                    .append(concern.doc())
                    .append("\n\n");
            concern.settings().forEach(setting -> page.append(item(setting)));
        });
        return page.toString();
    }

    private static String complaint(List<Concern> concerns) {
        Sources sources = new Sources(Map.of(), new Properties(), MISTAKES, null, Map.of());
        Configuration wrong = Configuration.read(sources, Concerns.types(), List.of(), concerns);
        Servers.check(wrong);
        return String.valueOf(new InvalidConfigurationException(wrong.problems()).getMessage());
    }

    private static String item(Setting setting) {
        String key = setting.kind() == Setting.Kind.FREE ? setting.key() + ".NAME" : setting.key();
        StringBuilder item = new StringBuilder("- `" + key + "` " + setting.type() + ": " + escaped(setting.doc()));
        if (setting.kind() == Setting.Kind.SECRET) {
            item.append(" A secret; also `")
                    .append(setting.key())
                    .append(Setting.FILE)
                    .append("`.");
        }
        if (setting.kind() != Setting.Kind.SECRET && !setting.allowed().isEmpty()) {
            item.append(" Must be ").append(escaped(setting.allowed())).append('.');
        }
        if (setting.otherwise() != null) {
            item.append(" Default: `").append(setting.otherwise()).append("`.");
        } else if (!setting.otherwiseSaid().isEmpty()) {
            item.append(" Default: ").append(escaped(setting.otherwiseSaid())).append('.');
        }
        if (setting.option() != null) {
            item.append(" Option `").append(setting.option().name()).append("`.");
        }
        return item.append('\n').toString();
    }

    private static String escaped(String text) {
        return text.replace("*", "\\*").replace("<", "&lt;");
    }
}
