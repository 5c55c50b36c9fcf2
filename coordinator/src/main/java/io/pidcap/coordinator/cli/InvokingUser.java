package io.pidcap.coordinator.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who called us through sudo(8), as its manual says it tells: SUDO_UID, SUDO_GID, SUDO_USER.
 *
 * @param userId -1: nobody; we are who called
 * @param name empty: nobody
 */
record InvokingUser(int userId, int groupId, String name) {
    private static final InvokingUser NOBODY = new InvokingUser(-1, -1, "");

    static InvokingUser current() {
        return of(System.getenv(), "root".equals(System.getProperty("user.name")));
    }

    /** Only root can hand things over: for anybody else these variables mean nothing. */
    static InvokingUser of(Map<String, String> environment, boolean root) {
        int userId = number(environment.get("SUDO_UID"));
        int groupId = number(environment.get("SUDO_GID"));
        String name = environment.getOrDefault("SUDO_USER", "");
        boolean told = root && userId > 0 && groupId >= 0 && !name.isEmpty();
        return told ? new InvokingUser(userId, groupId, name) : NOBODY;
    }

    boolean isSomebody() {
        return userId >= 0;
    }

    private static int number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
    }
}
