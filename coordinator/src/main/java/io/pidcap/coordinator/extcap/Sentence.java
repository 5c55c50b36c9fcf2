package io.pidcap.coordinator.extcap;

import io.pidcap.coordinator.printing.PrintableText;

/**
 * One line of an answer: a word, and parameters in braces. The grammar has no way to quote a brace or an end of line, so
 * that texts of others, such as names of processes, are changed to what it can carry.
 */
final class Sentence {
    private final StringBuilder line;

    private Sentence(String word) {
        line = new StringBuilder(word).append(' ');
    }

    static Sentence of(String word) {
        return new Sentence(word);
    }

    /** @param value for people: what is special in the grammar is shown as something like it */
    Sentence with(String parameter, String value) {
        String carried = PrintableText.of(value).replace('{', '(').replace('}', ')');
        line.append('{').append(parameter).append('=').append(carried).append('}');
        return this;
    }

    Sentence with(String parameter, int value) {
        return with(parameter, Integer.toString(value));
    }

    @Override
    public String toString() {
        return line.toString();
    }
}
