package io.sightline.deploy.cli;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What curl would send.
 *
 * @param type of the body, empty if none is said
 * @param body null if there is none; of a file its name with {@code @} before it
 */
record CurlCall(
        String method, String url, String type, @Nullable String body) {

    private static final Pattern ADDRESS =
            Pattern.compile("https?://[\\w.-]+:(?<port>19\\d{3}|PORT)(?<path>/[^?]*)?(?:\\?(?<query>.*))?");
    private static final String TYPE = "Content-Type: ";

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException if it has more than is understood here
     */
    static CurlCall of(List<String> words) {
        String method = "";
        String url = "";
        String type = "";
        String body = null;
        for (int at = 1; at < words.size(); at++) {
            String word = words.get(at);
            switch (word) {
                case "-i" -> {}
                case "-X" -> method = words.get(++at);
                case "-d", "--data-binary" -> body = words.get(++at);
                case "-H" -> {
                    String header = words.get(++at);
                    type = header.startsWith(TYPE) ? header.substring(TYPE.length()) : type;
                }
                default -> {
                    if (!url.isEmpty() || word.startsWith("-")) {
                        throw new IllegalArgumentException("teach this class what curl does with " + word);
                    }
                    url = word;
                }
            }
        }
        String usual = body == null ? "GET" : "POST";
        return new CurlCall(method.isEmpty() ? usual : method, url, type, body);
    }

    /** Whether an address has a port as services have, or a placeholder for one. */
    static boolean isOfService(String url) {
        return ADDRESS.matcher(url).matches();
    }

    String port() {
        return part("port");
    }

    String path() {
        String path = part("path");
        return path.isEmpty() ? "/" : path;
    }

    /** Empty if there is none. */
    String query() {
        return part("query");
    }

    private String part(String name) {
        Matcher address = ADDRESS.matcher(url);
        if (!address.matches()) {
            throw new IllegalArgumentException("'" + url + "' is not the address of a service");
        }
        String part = address.group(name);
        return part == null ? "" : part;
    }

    boolean isJson() {
        return body != null && body.startsWith("{");
    }
}
