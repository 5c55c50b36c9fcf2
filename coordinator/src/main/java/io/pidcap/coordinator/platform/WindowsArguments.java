package io.pidcap.coordinator.platform;

import java.util.List;

/**
 * Windows hands a program one string, which its C library takes apart (CommandLineToArgvW). Java joins the arguments by blanks
 * and puts quotation marks around those that have some, but leaves those within them alone; an argument that begins and ends
 * with one it takes to be quoted already.
 */
public final class WindowsArguments {
    private WindowsArguments() {}

    /** The command for {@link ProcessBuilder}, so that the program gets each argument as it stands here. */
    public static List<String> quoted(List<String> command) {
        return command.stream().map(WindowsArguments::quoted).toList();
    }

    static String quoted(String argument) {
        boolean plain = !argument.isEmpty() && argument.chars().noneMatch(c -> " \t\n\u000b\"".indexOf(c) >= 0);
        if (plain) {
            return argument;
        }
        StringBuilder text = new StringBuilder("\"");
        int backslashes = 0;
        for (int i = 0; i < argument.length(); i++) {
            char c = argument.charAt(i);
            if (c == '"') {
                // Those in front of it stand for half as many, and one more makes it a character.
                text.append("\\".repeat(backslashes + 1));
            }
            backslashes = c == '\\' ? backslashes + 1 : 0;
            text.append(c);
        }
        return text.append("\\".repeat(backslashes)).append('"').toString();
    }
}
