package io.sightline.http;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Which names and addresses are this machine's own, told without asking a name server. */
public final class Loopback {

    private static final Set<String> NAMES =
            Set.of("localhost", "::1", "[::1]", "0:0:0:0:0:0:0:1", "[0:0:0:0:0:0:0:1]");
    private static final Pattern ADDRESS = Pattern.compile("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");

    private Loopback() {}

    /** Whether a name or address, without port, can only mean this machine. */
    public static boolean isName(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return NAMES.contains(name) || ADDRESS.matcher(name).matches();
    }

    /** Whether the value of a {@code Host} header, with or without port, can only mean this machine. */
    static boolean isHostHeader(String header) {
        int colon = header.lastIndexOf(':');
        boolean hasPort =
                header.startsWith("[") ? colon == header.indexOf(']') + 1 : colon >= 0 && colon == header.indexOf(':');
        return isName(hasPort ? header.substring(0, colon) : header);
    }
}
