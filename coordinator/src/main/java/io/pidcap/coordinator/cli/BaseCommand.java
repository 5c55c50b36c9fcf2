package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.session.Logs;
import io.pidcap.coordinator.session.SessionHome;
import io.pidcap.coordinator.session.Sessions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** What all commands share. */
abstract class BaseCommand implements Callable<Integer> {
    @Mixin
    final Globals globals = new Globals();

    @Override
    public final Integer call() throws Exception {
        if (globals.debug) {
            Logs.toStandardError();
        }
        return execute(Console.standard(globals.debug));
    }

    /**
     * Does the work.
     *
     * @return the exit status
     */
    abstract int execute(Console console) throws Exception;

    boolean isDebug() {
        return globals.debug;
    }

    static SessionHome home() {
        return SessionHome.open(SessionHome.locate());
    }

    static Sessions sessions() {
        return new Sessions(home());
    }
}
