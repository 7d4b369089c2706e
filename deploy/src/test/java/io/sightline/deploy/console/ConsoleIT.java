package io.sightline.deploy.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import io.sightline.embedder.testing.TestImages;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The console in a real Chromium, on a stack with two versions. Every test looks for console errors and foreign requests. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsoleIT {

    private static final String DRAWING = "train/sign-000/00.png";
    private static final String SEARCH_BY_DRAWING = "#/search?id=" + URLEncoder.encode(DRAWING, StandardCharsets.UTF_8);
    private static final List<String> PAGES =
            List.of("#/search", SEARCH_BY_DRAWING, "#/models", "#/models/v2", "#/pipeline", "#/map?sample=500");

    private static ConsoleGallery gallery;
    private static Chromium chromium;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        chromium = Chromium.start();
        gallery = ConsoleGallery.start(folder);
    }

    @AfterAll
    static void stop() {
        if (gallery != null) {
            gallery.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    private static Watched desktop() {
        return new Watched(chromium.open(1280, 900, ColorScheme.LIGHT), gallery.url());
    }

    @Test
    void shouldSearchByAnImageAndSearchOnFromAHit() {
        try (Watched watched = desktop()) {
            Page page = watched.go("");
            assertThat(page).hasTitle("Search · Sightline");
            page.locator("#file").setInputFiles(new FilePayload("mine.png", "image/png", TestImages.png(64, 64, 3)));
            assertThat(page.locator("#hits .hit")).hasCount(24);
            assertThat(page.locator(".summary")).containsText("24 neighbours by v3");
            String first = page.locator("#hits .hit-id").first().textContent();

            page.locator("#hits .hit").first().click();

            assertThat(page.locator(".preview .preview-id")).hasText(first);
            assertThat(page.locator("#hits .hit")).hasCount(24);
            assertThat(page.locator("#hits img").first()).isVisible();
            page.goBack();
            assertThat(page.locator(".preview .preview-id")).hasText("mine.png");
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Show more"))
                    .click();
            assertThat(page.locator("#hits .hit")).hasCount(48);
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Random image"))
                    .click();
            assertThat(page.locator(".preview .preview-id")).not().hasText("mine.png");
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldFilterByOneOfAThousandLabelsWithTheKeyboard() {
        try (Watched watched = desktop()) {
            Page page = watched.go(SEARCH_BY_DRAWING);
            assertThat(page.locator("#hits .hit")).hasCount(24);
            Locator label = page.getByRole(AriaRole.COMBOBOX, new Page.GetByRoleOptions().setName("Label"));
            label.focus();
            assertThat(page.locator(".options-more")).containsText("951 more: type to narrow them down.");
            label.pressSequentially("SIGN-77");
            assertThat(page.locator("[role=option]")).hasCount(10);
            label.press("ArrowDown");
            label.press("ArrowDown");
            assertThat(page.locator("[role=option][aria-selected=true]")).containsText("sign-771");
            label.press("Enter");

            assertThat(page.locator("#hits .hit")).hasCount(1);
            assertThat(page.locator("#hits .hit-label")).hasText("sign-771");
            assertThat(page).hasURL(Pattern.compile(".*label=sign-771.*"));
            page.locator("#tag").fill("source=camera");
            page.locator("#tag").press("Enter");
            assertThat(page.locator(".state h2")).hasText("No image passes the filters");
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldGoThroughHitsWithTheKeyboardAlone() {
        try (Watched watched = desktop()) {
            Page page = watched.go(SEARCH_BY_DRAWING);
            assertThat(page.locator("#hits .hit")).hasCount(24);
            page.keyboard().press("Tab");
            assertThat(page.locator("#skip")).isFocused();
            page.locator("#hits .hit").first().focus();
            page.keyboard().press("ArrowRight");
            assertThat(page.locator("#hits .hit").nth(1)).isFocused();
            page.keyboard().press("End");
            assertThat(page.locator("#hits .hit").last()).isFocused();
            page.keyboard().press("Home");
            page.keyboard().press("ArrowRight");
            String next = page.locator("#hits .hit-id").nth(1).textContent();
            page.keyboard().press("Enter");
            assertThat(page.locator(".preview .preview-id")).hasText(next);
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldSayWhatToDoAboutWhatCannotBeSearched() {
        try (Watched watched = desktop().expecting("/v1/search").expecting("/v1/images/nobody")) {
            Page page = watched.go("#/search?id=nobody");
            assertThat(page.locator(".state h2")).hasText("There is no such image");
            assertThat(page.locator(".state")).containsText("Try another id");
            watched.assertAccessible("no such image");

            page.locator("#file").setInputFiles(new FilePayload("cut.jpg", "image/jpeg", ConsoleGallery.TRUNCATED));
            assertThat(page.locator(".state h2")).hasText("That image is broken");
            page.locator("#file")
                    .setInputFiles(
                            new FilePayload("text.png", "image/png", "no image".getBytes(StandardCharsets.UTF_8)));
            assertThat(page.locator(".state h2")).hasText("That is no JPEG or PNG");
            page.locator("#file").setInputFiles(new FilePayload("huge.png", "image/png", new byte[9 * 1024 * 1024]));
            assertThat(page.locator(".state h2")).hasText("That image is too large");
            page.navigate(gallery.url() + "/console/#/search?image=7");
            assertThat(page.locator(".state h2")).hasText("That image is gone");
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldWaitForAnIndexThatIsRebuilt() {
        try (Watched watched = desktop().expecting("/v1/search")) {
            Page page = watched.page();
            page.route(
                    "**/v1/search",
                    route -> StubbedAnswer.refuse(
                            route, 503, "index-rebuilding", "the index of v3 is being read, 40 %"));
            watched.go(SEARCH_BY_DRAWING);
            assertThat(page.locator(".state h2")).hasText("The index is being rebuilt");
            assertThat(page.locator(".state")).containsText("40 %");
            page.unroute("**/v1/search");
            assertThat(page.locator("#hits .hit")).hasCount(24);
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldShowVersionsAndWhyNothingCanBeDoneWithTheActiveOne() {
        try (Watched watched = desktop()) {
            Page page = watched.go("#/models");
            assertThat(page.locator("tr[data-version=v3]")).containsText("active");
            assertThat(page.locator("tr[data-version=v3]")).containsText("74.0 %");
            assertThat(page.locator("tr[data-version=v2]")).containsText("retired");
            page.getByRole(
                            AriaRole.LINK,
                            new Page.GetByRoleOptions().setName("v3").setExact(true))
                    .last()
                    .click();
            assertThat(page.locator("h1")).containsText("v3");
            Locator retire = page.locator("[data-action=retire]");
            assertThat(retire).hasAttribute("aria-disabled", "true");
            assertThat(page.locator("#why-not-retire")).containsText("Searches need it");
            assertThat(page.locator(".history li").first()).containsText("active");
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldSayThatThereIsNoSuchVersion() {
        try (Watched watched = desktop().expecting("/v1/models/v99")) {
            Page page = watched.go("#/models/v99");
            assertThat(page.locator(".state h2")).hasText("There is no such version");
            watched.assertAccessible("no such version");
            page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("All versions"))
                    .click();
            assertThat(page.locator("tr[data-version=v3]")).isVisible();
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldShowThePipelineAndItsDeadLetters() {
        try (Watched watched = desktop().expecting("/content")) {
            Page page = watched.go("#/pipeline");
            assertThat(page.locator("tr[data-version=v3]")).containsText("answers");
            assertThat(page.locator(".tile").first()).containsText("Images");
            assertThat(page.locator("#dead-letters .filter").first()).containsText("3");
            page.locator("#dead-letters .filter", new Page.LocatorOptions().setHasText("malformed"))
                    .click();
            assertThat(page.locator(".letter")).hasCount(2);
            page.locator(".letter summary").first().click();
            assertThat(page.locator(".letter-details").first()).containsText("sightline.images-");
            page.locator(".letter").first().getByRole(AriaRole.BUTTON).last().click();
            assertThat(page.locator("dialog")).containsText("if it is still the newest event of its image");
            page.getByRole(
                            AriaRole.BUTTON,
                            new Page.GetByRoleOptions().setName("Try it again").setExact(true))
                    .click();
            assertThat(page.locator(".toast")).containsText("1 sent, 0 skipped, 0 failed");
            // The lanes give it up again: one more dead event.
            assertThat(page.locator(".letter")).hasCount(3, new LocatorAssertions.HasCountOptions().setTimeout(40_000));
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldSayThatTheBrokersDoNotAnswer() {
        try (Watched watched = desktop().expecting("/v1/dead-letters")) {
            Page page = watched.page();
            page.route(
                    "**/v1/dead-letters**",
                    route -> StubbedAnswer.refuse(route, 503, "kafka-unavailable", "the brokers are away"));
            watched.go("#/pipeline");
            assertThat(page.locator("#dead-letters .state h2")).hasText("The brokers do not answer");
            watched.assertAccessible("brokers that do not answer");
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldDrawTheSameImagesBeforeAndAfterASwap() {
        try (Watched watched = desktop()) {
            Page page = watched.go("#/map?sample=500");
            assertThat(page.locator("canvas.scatter")).hasCount(2);
            assertThat(page.locator("figcaption").first()).containsText("Before: v2");
            assertThat(page.locator("figcaption").last()).containsText("Now: v3");
            page.locator("canvas.scatter").last().focus();
            page.keyboard().press("ArrowRight");
            assertThat(page.locator(".map-card img")).isVisible();
            String id = page.locator(".map-card .hit-id").textContent();
            page.keyboard().press("Enter");
            assertThat(page.locator(".preview .preview-id")).hasText(id);
            page.goBack();
            page.locator("summary", new Page.LocatorOptions().setHasText("As a table"))
                    .click();
            assertThat(page.locator("details table tbody tr")).hasCount(100);
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldSayThatAVersionHasNoMap() {
        try (Watched watched = desktop().expecting("/v1/map")) {
            Page page = watched.go("#/map?version=v99");
            assertThat(page.locator(".state h2")).hasText("There is no such version");
            watched.assertAccessible("no map of such a version");
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldShowNamesThatHoldScriptAsText() {
        try (Watched watched = desktop().expecting("/content")) {
            Page page = watched.go("#/search?id=" + URLEncoder.encode(ConsoleGallery.SCRIPT, StandardCharsets.UTF_8));
            assertThat(page.locator(".preview .preview-id")).hasText(ConsoleGallery.SCRIPT);
            assertThat(page.locator(".facts")).containsText("source=" + ConsoleGallery.SCRIPT);
            page.locator("#label").pressSequentially("<script>");
            assertThat(page.locator("[role=option]")).containsText(ConsoleGallery.SCRIPT);
            page.locator("#label").press("Enter");
            assertThat(page.locator(".chip")).containsText(ConsoleGallery.SCRIPT);
            watched.go("#/pipeline");
            assertThat(page.locator(".letter", new Page.LocatorOptions().setHasText(ConsoleGallery.SCRIPT)))
                    .isVisible();
            assertThat(page.locator("main script, main img[src=x]")).hasCount(0);
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldAskWhoSomebodyIsWhereThatIsRequired() {
        try (Watched watched = desktop().expecting("/v1/session")) {
            Page page = watched.page();
            page.route("**/v1/session", route -> {
                switch (route.request().method()) {
                    case "GET" ->
                        StubbedAnswer.json(route, 200, "{\"authentication\":\"required\",\"name\":null,\"scopes\":[]}");
                    default -> StubbedAnswer.refuse(route, 401, "unauthenticated", "this key is not known");
                }
            });
            watched.go("#/models");
            assertThat(page.locator("h1")).hasText("Sign in");
            watched.assertAccessible("sign in");
            page.getByLabel("API key").fill("wrong");
            page.keyboard().press("Enter");
            assertThat(page.locator("#key-error")).containsText("This key is not known");
            page.unroute("**/v1/session");
            page.route(
                    "**/v1/session",
                    route -> StubbedAnswer.json(
                            route,
                            200,
                            "{\"authentication\":\"required\",\"name\":\"reader\",\"scopes\":[\"SEARCH\"]}"));
            page.getByLabel("API key").fill("right");
            page.keyboard().press("Enter");
            assertThat(page.locator("tr[data-version=v3]")).isVisible();
            assertThat(page.locator("#who")).containsText("reader");
            page.navigate(gallery.url() + "/console/#/models/v2");
            assertThat(page.locator("[data-action=rollback]")).hasAttribute("aria-disabled", "true");
            assertThat(page.locator("#why-not-scope")).containsText("lacks the scope “admin”");
            page.locator("#nav a[data-page=pipeline]").click();
            assertThat(page.locator(".state")).containsText("lacks the scope “monitor”");
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldBeAccessibleInLightAndDark() {
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            try (Watched watched =
                    new Watched(chromium.open(1280, 900, colours), gallery.url()).expecting("/content")) {
                for (String hash : PAGES) {
                    settle(watched.go(hash));
                    watched.assertAccessible(hash + " " + colours);
                }
                watched.assertNothingWrong();
            }
        }
    }

    @Test
    void shouldFitAPhone() {
        try (Watched watched =
                new Watched(chromium.open(360, 740, ColorScheme.LIGHT), gallery.url()).expecting("/content")) {
            for (String hash : PAGES) {
                Page page = watched.go(hash);
                settle(page);
                assertThat((int) page.evaluate("document.documentElement.scrollWidth"))
                        .as(hash)
                        .isLessThanOrEqualTo(360);
            }
            watched.assertNothingWrong();
        }
    }

    @Test
    void shouldSendBrowsersToTheConsoleAndProgramsTheRoutes() throws Exception {
        try (Watched watched = desktop()) {
            Page page = watched.page();
            page.navigate(gallery.url() + "/");
            assertThat(page).hasURL(Pattern.compile(".*/console/.*"));
            assertThat(gallery.get("/").path("routes").isArray()).isTrue();
            watched.assertNothingWrong();
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void shouldRollBackAfterAQuestionAndShowItEverywhere() {
        try (Watched watched = desktop()) {
            Page page = watched.go("#/models/v2");
            page.locator("[data-action=rollback]").click();
            assertThat(page.locator("dialog")).containsText("All searches are answered by v2 again");
            watched.assertAccessible("the question before a rollback");
            page.keyboard().press("Escape");
            assertThat(page.locator("dialog")).hasCount(0);
            page.locator("[data-action=rollback]").click();
            page.locator("dialog")
                    .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Roll back"))
                    .click();
            assertThat(page.locator(".toast")).containsText("v2 is active again");
            assertThat(page.locator("h1 .status")).hasText("active");
            assertThat(page.locator("#serving")).hasText("v2");
            watched.assertNothingWrong();
        }
    }

    /** Until nothing loads any more. */
    private static void settle(Page page) {
        assertThat(page.locator("h1").first()).isAttached();
        assertThat(page.locator(".skeleton")).hasCount(0);
        assertThat(page.locator(".state .spinner")).hasCount(0);
    }
}
