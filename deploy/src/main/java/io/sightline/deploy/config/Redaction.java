package io.sightline.deploy.config;

import java.util.Locale;
import java.util.regex.Pattern;

/** What of a value may be shown. */
final class Redaction {

    private static final Pattern SECRET_NAME = Pattern.compile(
            "password|passwd|secret|token|jaas|credential|user\\.info|private|\\.key$|keystore\\.key|api\\.key");

    /** User and password before a host. A password may hold what ought to be encoded, so the last @ of the address counts. */
    private static final Pattern USER_INFO = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*://)[^\\s,]*@");

    /** Signatures and keys in the query of an address. */
    private static final Pattern QUERY = Pattern.compile(
            "([?&](?:sig|x-amz-[^=&\\s]*|[^=&\\s]*(?:token|key|secret|signature|password|passwd|credential)[^=&\\s]*)=)"
                    + "[^&\\s,]*",
            Pattern.CASE_INSENSITIVE);

    private Redaction() {}

    static String shown(Setting setting, String key, String value) {
        boolean hidden = (setting.kind() == Setting.Kind.SECRET && key.equals(setting.key()))
                || (setting.kind() == Setting.Kind.FREE
                        && isSecretName(key.substring(setting.key().length() + 1)));
        return hidden ? Secret.HIDDEN : withoutUserInfo(value);
    }

    static boolean isSecretName(String name) {
        return !name.endsWith(Setting.FILE)
                && SECRET_NAME.matcher(name.toLowerCase(Locale.ROOT)).find();
    }

    static String withoutUserInfo(String value) {
        String hosts = USER_INFO.matcher(value).replaceAll("$1" + Secret.HIDDEN + "@");
        return QUERY.matcher(hosts).replaceAll("$1" + Secret.HIDDEN);
    }
}
