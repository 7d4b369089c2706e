package io.sightline.deploy.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads shell as documents show it: no more of the language than that needs. Nothing is substituted. */
final class ShellScript {

    private static final Set<Character> ENDS_OF_COMMANDS = Set.of('\n', ';', '&', '|');

    private final String text;
    private final List<List<String>> commands = new ArrayList<>();
    private List<String> words = new ArrayList<>();
    private StringBuilder word = new StringBuilder();
    private int at;

    private ShellScript(String text) {
        this.text = text;
    }

    /**
     * Words of each command without their quotes, without variables that are set before it, and without where its
     * output goes. Comments and here-documents are left out.
     */
    static List<List<String>> commands(String script) {
        String joined = script.replace("\\\n", " ").replaceAll("(?ms)<<(\\w+)\\n.*?^\\1$", "") + "\n";
        return new ShellScript(joined).read();
    }

    private List<List<String>> read() {
        for (at = 0; at < text.length(); at++) {
            char here = text.charAt(at);
            if (ENDS_OF_COMMANDS.contains(here)) {
                endCommand();
            } else if (Character.isWhitespace(here)) {
                endWord();
            } else if (here == '#' && word.isEmpty()) {
                at = text.indexOf('\n', at) - 1;
            } else if ((here == '\'' || here == '"') && closing(here) > 0) {
                word.append(text, at + 1, closing(here));
                at = closing(here);
            } else if (here == '>' || here == '<') {
                endWord();
                words.add(">");
            } else {
                word.append(here);
            }
        }
        return commands;
    }

    /** Where a quote ends, -1 for an apostrophe: it is followed by no other one in its line. */
    private int closing(char quote) {
        int end = text.indexOf(quote, at + 1);
        return end > text.indexOf('\n', at) ? -1 : end;
    }

    private void endWord() {
        boolean isFile = !words.isEmpty() && words.getLast().equals(">");
        boolean isVariable = words.isEmpty() && word.toString().matches("[A-Z_]+=.*");
        if (isFile && !word.isEmpty()) {
            words.removeLast();
        } else if (!isVariable && !word.isEmpty()) {
            words.add(word.toString());
        }
        word = new StringBuilder();
    }

    private void endCommand() {
        endWord();
        words.remove(">");
        if (!words.isEmpty()) {
            commands.add(List.copyOf(words));
        }
        words = new ArrayList<>();
    }
}
