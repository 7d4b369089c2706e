package io.sightline.deploy.console;

import com.microsoft.playwright.Page;
import java.util.Map;

/** A page that has nothing to show yet: the answers of the API that make it so, and what it then says to people. */
enum EmptyPage {
    SEARCH(
            "#/search",
            "The index is empty",
            "Send images first, for instance with “sightline ingest PATH”",
            Map.of("/v1/labels", "{\"version\":\"v1\",\"total\":0,\"labels\":[]}", "/v1/status", """
                    {"active":"v1","queriesEmbeddedBy":"v1","images":{"v1":0},"lag":{"v1":0},"behind":{"v1":0},
                    "building":{},"passedOver":{"v1":0},"failures":{}}""")),
    MODELS(
            "#/models",
            "No version has been published yet",
            "See whether it runs: “sightline serve trainer”",
            Map.of("/v1/models", "[]")),
    LANES("#/pipeline", "No lane runs", "See whether trainer and embedder run.", Map.of("/v1/pipeline", """
                    {"time":"2026-06-01T12:00:00Z","failure":null,"active":null,"imageEvents":0,"imagesPerSecond":0,
                    "searches":0,"searchesPerSecond":0,"freshness":
                    {"images":0,"p50Millis":null,"p99Millis":null,"windowSeconds":300},"lanes":[],"history":[]}""")),
    DEAD_LETTERS(
            "#/pipeline",
            "Nothing was given up",
            "Every event of the last two weeks was embedded.",
            Map.of("/v1/dead-letters", "{\"reasons\":{},\"complete\":true,\"events\":[],\"next\":null}")),
    MAP(
            "#/map",
            "The index is empty",
            "Send images first, for instance with “sightline ingest PATH”",
            Map.of("/v1/map", """
                    {"version":"v1","before":null,"sample":1000,"state":"ready","progress":1,"images":0,"computedTime":
                    "2026-06-01T12:00:00Z","message":null,"points":[]}"""));

    private final String hash;
    private final String title;
    private final String advice;

    @SuppressWarnings("ImmutableEnumChecker") // An immutable map.
    private final Map<String, String> answers;

    EmptyPage(String hash, String title, String advice, Map<String, String> answers) {
        this.hash = hash;
        this.title = title;
        this.advice = advice;
        this.answers = answers;
    }

    /** Where it is in the console. */
    String hash() {
        return hash;
    }

    /** What is not there. */
    String title() {
        return title;
    }

    /** What to do about it, or that nothing is to be done. */
    String advice() {
        return advice;
    }

    /** Answers the page's requests as a server does that has nothing; all others go to the real one. */
    void stub(Page page) {
        answers.forEach(
                (path, answer) -> page.route("**" + path + "**", route -> StubbedAnswer.json(route, 200, answer)));
    }
}
