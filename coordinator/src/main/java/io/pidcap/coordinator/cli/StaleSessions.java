package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.session.Sessions;
import java.util.List;

/** Tells of sessions that wait to be recovered, and removes what never became one. */
final class StaleSessions {
    private StaleSessions() {}

    /** In one line; nothing where there are none. What prevents the looking is no reason to fail. */
    static void tell(Console console, Sessions sessions) {
        List<Sessions.Found> stale;
        try {
            tidy(console, sessions);
            stale = sessions.stale();
        } catch (SessionException e) {
            console.say(e.text());
            return;
        }
        if (stale.size() == 1) {
            console.say("the session " + stale.get(0).id() + " has lost its coordinator; " + remedy(stale.get(0)));
        } else if (!stale.isEmpty()) {
            console.say(stale.size() + " sessions have lost their coordinators: "
                    + String.join(", ", stale.stream().map(Sessions.Found::id).toList())
                    + "; `pidcap recover ID` completes the file of each");
        }
    }

    /** @throws SessionException they cannot be listed */
    static void tidy(Console console, Sessions sessions) {
        for (String id : sessions.removeNeverBegun()) {
            console.say("removed the session " + id + ", whose coordinator died before it began");
        }
    }

    static String remedy(Sessions.Found stale) {
        return "`pidcap recover " + stale.id() + "` completes " + stale.mark().output();
    }
}
