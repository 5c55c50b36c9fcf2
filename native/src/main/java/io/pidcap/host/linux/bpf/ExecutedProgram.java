package io.pidcap.host.linux.bpf;

/**
 * What a process was seen to execute at that very moment.
 *
 * @param file absolute, of a script the interpreter's; empty: not known
 * @param firstArgument {@code argv[0]}; empty: there is none, or it is not known
 */
record ExecutedProgram(String file, String firstArgument) {
    static final ExecutedProgram UNKNOWN = new ExecutedProgram("", "");

    boolean isKnown() {
        return !file.isEmpty();
    }
}
