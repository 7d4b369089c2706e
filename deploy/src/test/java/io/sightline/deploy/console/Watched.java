package io.sightline.deploy.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Page;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A page of the console, and all that it did that it should not have done. Close it once. */
final class Watched implements AutoCloseable {

    private final Page page;
    private final String url;
    private final List<String> wrongs = new CopyOnWriteArrayList<>();
    private final List<String> expected = new CopyOnWriteArrayList<>();

    Watched(Page page, String url) {
        this.page = page;
        this.url = url;
        // A server that asks nobody who he is may have no sessions.
        expecting("/v1/session");
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                wrongs.add(message.text() + " at " + message.location());
            }
        });
        page.onPageError(wrongs::add);
        page.onDialog(dialog -> {
            wrongs.add("a script of the data ran: " + dialog.message());
            dialog.dismiss();
        });
        page.onRequest(request -> {
            if (!request.url().startsWith(url + "/")
                    && !request.url().startsWith("blob:")
                    && !request.url().startsWith("data:")) {
                wrongs.add("request to another origin: " + request.url());
            }
        });
        page.addInitScript("window.addEventListener('securitypolicyviolation',"
                + " event => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI));");
    }

    /** Opens an address of the console. */
    Page go(String hash) {
        page.navigate(url + "/console/" + hash);
        return page;
    }

    Page page() {
        return page;
    }

    /** An answer with this text in its address may fail: Chromium writes every one of them on its console. */
    Watched expecting(String text) {
        expected.add(text);
        return this;
    }

    /** What axe-core calls serious or critical. */
    void assertAccessible(String what) {
        List<String> found = new AxeBuilder(page)
                .analyze().getViolations().stream()
                        .filter(rule -> "serious".equals(rule.getImpact()) || "critical".equals(rule.getImpact()))
                        .map(Watched::describe)
                        .toList();
        assertThat(found).as(what).isEmpty();
    }

    private static String describe(Rule rule) {
        return rule.getId() + ": "
                + rule.getNodes().stream()
                        .map(node -> node.getHtml() + " " + node.getFailureSummary())
                        .toList();
    }

    void assertNothingWrong() {
        assertThat(wrongs)
                .filteredOn(wrong -> expected.stream().noneMatch(wrong::contains))
                .isEmpty();
    }

    @Override
    public void close() {
        page.context().close();
    }
}
