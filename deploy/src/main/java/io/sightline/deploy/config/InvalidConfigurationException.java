package io.sightline.deploy.config;

import java.util.List;

/** The configuration is wrong. It holds all that is, not only the first of it. */
public final class InvalidConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    /** For at least one problem. */
    public InvalidConfigurationException(List<Problem> problems) {
        super(message(problems));
        this.problems = List.copyOf(problems);
    }

    /** All that is wrong. */
    public List<Problem> problems() {
        return problems;
    }

    private static String message(List<Problem> problems) {
        StringBuilder text = new StringBuilder(
                problems.size() == 1
                        ? "the configuration has a problem:"
                        : "the configuration has " + problems.size() + " problems:");
        problems.forEach(problem -> text.append("\n  ").append(problem));
        return text.toString();
    }
}
