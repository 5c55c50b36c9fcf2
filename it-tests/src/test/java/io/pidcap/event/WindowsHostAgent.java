package io.pidcap.event;

import io.pidcap.host.windows.WindowsBackend;
import java.util.Arrays;

/**
 * An agent that makes an event-worker one of Windows: in the place of its program, before that begins, it runs the same
 * program with the other backend. Workers of the other kind it leaves alone.
 */
public final class WindowsHostAgent {
    private WindowsHostAgent() {}

    /** @param nothing it takes no argument */
    public static void premain(String nothing) {
        String[] command = System.getProperty("sun.java.command", "").split(" ");
        if (command[0].equals(EventWorkerMain.class.getName())) {
            EventWorkerMain.work(Arrays.copyOfRange(command, 1, command.length), WindowsBackend::new);
        }
    }
}
