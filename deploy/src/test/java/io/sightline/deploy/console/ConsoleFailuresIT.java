package io.sightline.deploy.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import io.sightline.deploy.ImageSender;
import io.sightline.deploy.Stacks;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.Stack;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestImages;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the console does while something is away, or not there yet, and afterwards. */
class ConsoleFailuresIT {

    private static final FilePayload MINE = new FilePayload("mine.png", "image/png", TestImages.png(64, 64, 3));

    private static Stack stack;
    private static Chromium chromium;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        chromium = Chromium.start();
        stack = Stack.start(Stacks.still(folder), what -> {});
        try (ImageSender sender = new ImageSender(stack);
                SearchClient client = new SearchClient(stack.searchUrl())) {
            sender.post("one", TestImages.png(40, 40, 1), Map.of("label", "a"));
            Awaitility.await("an image to search")
                    .atMost(Patience.LIMIT)
                    .until(() ->
                            client.get("/v1/status").path("images").path("v1").asInt() == 1);
            Awaitility.await("a version")
                    .atMost(Patience.LIMIT)
                    .until(() ->
                            client.get("/v1/status").path("active").asText().equals("v1"));
        }
    }

    @AfterAll
    static void stop() {
        if (stack != null) {
            stack.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    private static Watched desktop() {
        return new Watched(chromium.open(1280, 900, ColorScheme.LIGHT), stack.searchUrl());
    }

    @Test
    void shouldTakeAnImageAgainAfterThePageWasLoadedAgain() {
        try (Watched watched = desktop()) {
            Page page = watched.go("");
            page.locator("#file").setInputFiles(MINE);
            assertThat(page.locator(".preview .preview-id")).hasText("mine.png");
            page.reload();
            assertThat(page.locator(".state h2")).hasText("That image is gone");

            page.locator("#file").setInputFiles(MINE);

            assertThat(page.locator("#hits .hit")).hasCount(1);
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldStayWhereSomebodyWentWhileAnotherPageWasTriedAgain() {
        try (Watched watched = desktop().expecting("/v1/models")) {
            Page page = watched.page();
            page.clock().install();
            page.route("**/v1/models", route -> StubbedAnswer.refuse(route, 503, "catalog-stale", "not now"));
            watched.go("#/models");
            assertThat(page.locator(".state")).containsText("tries again");
            page.locator("#nav a[data-page=search]").click();
            assertThat(page.locator("h1")).not().hasText("Models");

            page.clock().fastForward("01:00");

            assertThat(page).hasURL(Pattern.compile(".*#/search$"));
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldAskOnceAtATimeHoweverLongNothingAnswers() {
        try (Watched watched = desktop().expecting("/v1/models")) {
            Page page = watched.page();
            AtomicInteger asked = new AtomicInteger();
            page.clock().install();
            page.route("**/v1/models/v1", route -> {
                asked.incrementAndGet();
                StubbedAnswer.refuse(route, 503, "catalog-stale", "not now");
            });
            watched.go("#/models/v1");
            assertThat(page.locator(".state")).containsText("Not now");
            for (int round = 2; round <= 12; round++) {
                int before = asked.get();
                page.clock().runFor(3_500);
                page.waitForCondition(() -> asked.get() > before);
            }

            int before = asked.get();
            page.clock().runFor(3_500);
            page.waitForCondition(() -> asked.get() > before);
            assertThat(asked.get() - before).isLessThanOrEqualTo(2);

            page.unroute("**/v1/models/v1");
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Try again"))
                    .click();
            assertThat(page.locator(".history li").first()).isVisible();
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldDrawTheChartAgainAfterAnAnswerThatFailed() {
        try (Watched watched = desktop().expecting("/v1/models")) {
            Page page = watched.page();
            page.clock().install();
            String models = """
                    [{"version":"v1","status":"ACTIVE","parent":null,"steps":0,"reason":"","publishedTime":
                    "2026-06-01T12:00:00Z","metrics":{"recallAt1":0.5,"mapAtR":0.2},"gate":{}}]""";
            page.route("**/v1/models", route -> StubbedAnswer.json(route, 200, models));
            watched.go("#/models");
            assertThat(page.locator("#chart")).isVisible();
            page.unroute("**/v1/models");
            page.route("**/v1/models", route -> StubbedAnswer.refuse(route, 503, "catalog-stale", "not now"));
            page.clock().runFor(5_500);
            assertThat(page.locator(".chart-box")).containsText("No figures now");
            page.unroute("**/v1/models");
            page.route("**/v1/models", route -> StubbedAnswer.json(route, 200, models));

            page.clock().runFor(5_500);

            assertThat(page.locator("#chart")).isVisible();
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldFollowTheVersionAgainAfterAStreamThatWasRefused() {
        try (Watched watched = desktop().expecting("/v1/events")) {
            Page page = watched.page();
            AtomicInteger refused = new AtomicInteger();
            page.clock().install();
            page.route("**/v1/events**", route -> {
                refused.incrementAndGet();
                StubbedAnswer.refuse(route, 503, "stopping", "this process is about to stop");
            });
            watched.go("");
            page.waitForCondition(() -> refused.get() == 1);
            assertThat(page.locator("#serving")).isEmpty();
            page.unroute("**/v1/events**");

            page.clock().runFor(6_000);

            assertThat(page.locator("#serving")).hasText("v1");
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldSayThatAPageCouldNotBeLoaded() {
        try (Watched watched = desktop().expecting("/js/pipeline.js")) {
            Page page = watched.go("");
            page.route("**/js/pipeline.js", route -> StubbedAnswer.refuse(route, 429, "too-many-requests", "wait"));
            page.locator("#nav a[data-page=pipeline]").click();
            assertThat(page.locator(".state h2")).hasText("This page could not be loaded");
            page.unroute("**/js/pipeline.js");

            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Load the page again"))
                    .click();

            assertThat(page.locator("h1")).hasText("Pipeline");
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldShowAnAddressThatWasMistyped() {
        try (Watched watched = desktop().expecting("/v1/models/100")) {
            Page page = watched.go("#/models/100%");
            assertThat(page.locator(".state h2")).hasText("There is no such version");
            watched.assertNothingWrong();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayWhatToDoWhileThereIsNothing(EmptyPage empty) {
        try (Watched watched = desktop()) {
            Page page = watched.page();
            empty.stub(page);
            watched.go(empty.hash());
            Locator state = page.locator(".state", new Page.LocatorOptions().setHasText(empty.title()));
            assertThat(state).isVisible();
            assertThat(state).containsText(empty.advice());
            watched.assertAccessible(empty.title());
            watched.assertNothingWrong();
        }
    }
}
