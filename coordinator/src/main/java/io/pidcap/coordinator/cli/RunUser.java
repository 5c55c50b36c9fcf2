package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * As whom {@code run} starts its command. Capturing needs root; the command rarely does, and files that it makes, or its
 * home directory, should be those of the person who asked: under sudo it runs as that person.
 *
 * @param name empty: as whoever we are
 */
record RunUser(String name, int userId, int groupId, String home) {
    static final RunUser OURSELVES = new RunUser("", -1, -1, "");

    static RunUser choose(@Nullable String asUser, Console console) throws IOException, InterruptedException {
        if (asUser != null) {
            return asUser.equals(System.getProperty("user.name")) ? OURSELVES : lookUp(asUser);
        }
        InvokingUser invoking = InvokingUser.current();
        if (!invoking.isSomebody()) {
            return OURSELVES;
        }
        console.say("the command runs as " + invoking.name() + "; --as-user root runs it as root");
        return lookUp(invoking.name());
    }

    private static RunUser lookUp(String name) throws IOException, InterruptedException {
        if (!"root".equals(System.getProperty("user.name"))) {
            throw new SessionException(
                    Kind.NO_PERMISSION, "run the command as " + name + ": only root may", "use sudo");
        }
        Account account = Account.find(name);
        if (account == null) {
            throw new SessionException(Kind.USAGE, "there is no user " + name, "name another with --as-user");
        }
        return new RunUser(account.name(), (int) account.userId(), (int) account.groupId(), account.home());
    }

    boolean isOurselves() {
        return name.isEmpty();
    }

    /** What goes before a command to become this user: setpriv(1) replaces itself by the command and keeps the pid. */
    List<String> prefix() {
        return isOurselves()
                ? List.of()
                : List.of("setpriv", "--reuid=" + userId, "--regid=" + groupId, "--init-groups", "--");
    }
}
